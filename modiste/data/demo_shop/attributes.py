"""Which DeepFashion attributes a drawn option shows.

Only what can be seen in the pixels is listed: nothing here says that a cloth is organic.
"""

from __future__ import annotations

PATTERN_ATTRIBUTES: dict[str, str] = {
    "solid": "solid", "striped": "striped,stripe", "breton": "breton,striped",
    "vertical": "vertical", "pinstripe": "pinstripe", "multi-stripe": "multi-stripe",
    "checkered": "checkered", "plaid": "plaid,tartan",
    "gingham": "gingham", "grid": "grid", "houndstooth": "houndstooth",
    "herringbone": "herringbone", "polka dot": "polka dot", "speckled": "speckled",
    "chevron": "chevron", "zigzag": "zigzag", "geo": "geo",
    "diamond": "diamond", "abstract": "abstract", "tribal": "tribal",
    "southwestern": "southwestern", "ikat": "ikat",
    "floral": "floral,floral print", "ditsy": "ditsy,floral,floral print",
    "daisy": "daisy,floral,floral print", "rose": "rose,floral,floral print", "leaf": "leaf",
    "palm": "palm,tropical", "paisley": "paisley",
    "leopard": "leopard,animal print",
    "giraffe": "giraffe,animal print", "camo": "camo",
    "bird": "bird", "butterfly": "butterfly", "heart": "heart", "star": "star",
    "pineapple": "pineapple,tropical",
    "medallion": "medallion", "marble": "marble",
    "watercolor": "watercolor", "galaxy": "galaxy", "splatter": "splatter",
    "tie-dye": "tie-dye", "fair isle": "fair isle", "ombre": "ombre",
    "dip-dye": "dip-dye", "colorblock": "colorblock", "two-tone": "two-tone",
    "acid wash": "acid wash",
}  # fmt: skip

FABRIC_ATTRIBUTES: dict[str, str] = {
    "linen": "linen", "heathered": "heathered", "marled": "marled", "denim": "denim",
    "chambray": "chambray", "knit": "knit", "chunky knit": "chunky knit,knit",
    "cable knit": "cable knit,knit", "ribbed": "ribbed", "corduroy": "corduroy",
    "waffle": "waffle", "lace": "lace", "crochet": "crochet", "mesh": "mesh",
    "open-knit": "open-knit", "eyelet": "eyelet", "sequin": "sequin",
    "leather": "leather,faux leather", "satin": "satin", "metallic": "metallic",
    "velvet": "velvet",
    "fur": "fur,faux fur", "shearling": "shearling", "tweed": "tweed", "quilted": "quilted",
    "puffer": "puffer", "jacquard": "jacquard", "sheer": "sheer",
}  # fmt: skip

# (option, value): what it shows.
OPTION_ATTRIBUTES: dict[tuple[str, str], str] = {
    ("sleeve", "cap"): "cap-sleeve", ("sleeve", "long"): "long sleeve,long-sleeve",
    ("sleeve", "bell"): "bell-sleeve", ("sleeve", "flutter"): "flutter sleeve",
    ("sleeve", "bishop"): "long sleeve,long-sleeve", ("sleeve", "raglan"): "raglan",
    ("sleeve", "raglan long"): "raglan,long sleeve,long-sleeve",
    ("sleeve", "cuffed"): "cuffed-sleeve", ("sleeve", "roll-up"): "cuffed-sleeve",
    ("sleeve", "batwing"): "dolman,long sleeve,long-sleeve",
    ("sleeve", "dolman"): "dolman", ("sleeve", "tank"): "sleeveless",
    ("sleeve", "sleeveless"): "sleeveless", ("sleeve", "racerback"): "racerback,sleeveless",
    ("sleeve", "muscle"): "muscle,sleeveless",
    ("neckline", "crew"): "crew neck", ("neckline", "v-neck"): "v-neck",
    ("neckline", "deep-v"): "deep-v,v-neck", ("neckline", "scoop"): "scoop",
    ("neckline", "boat"): "boat neck", ("neckline", "square"): "square",
    ("neckline", "cowl"): "cowl neck", ("neckline", "split"): "split-neck",
    ("neckline", "keyhole"): "keyhole", ("neckline", "surplice"): "surplice",
    ("neckline", "shirt"): "collared", ("neckline", "turtle"): "turtle-neck",
    ("neckline", "mock"): "high-neck", ("neckline", "high"): "high-neck",
    ("neckline", "mandarin"): "mandarin", ("neckline", "lapel"): "lapel",
    ("neckline", "peacoat"): "lapel", ("neckline", "shawl"): "shawl",
    ("neckline", "off-the-shoulder"): "off-the-shoulder", ("neckline", "cami"): "cami",
    ("neckline", "one-shoulder"): "one-shoulder", ("neckline", "strapless"): "strapless",
    ("neckline", "sweetheart"): "sweetheart,strapless",
    ("length", "crop"): "crop,cropped", ("length", "longline"): "longline",
    ("length", "tunic"): "tunic", ("length", "mini"): "mini",
    ("length", "knee-length"): "knee-length", ("length", "midi"): "midi",
    ("length", "maxi"): "maxi", ("length", "bermuda"): "bermuda", ("length", "capri"): "capri",
    ("length", "ankle"): "ankle",
    ("fit", "boxy"): "boxy", ("fit", "oversized"): "oversized", ("fit", "trapeze"): "trapeze",
    ("fit", "bodycon"): "bodycon", ("fit", "shift"): "shift", ("leg", "skinny"): "skinny", ("leg",
    "legging"): "skinny", ("leg", "wide"): "wide-leg",
    ("leg", "culotte"): "wide-leg", ("leg", "gaucho"): "wide-leg",
    ("leg", "straight"): "straight-leg", ("leg", "flare"): "flare",
    ("leg", "boyfriend"): "boyfriend", ("leg", "harem"): "harem", ("leg", "slim"): "slim",
    ("skirt", "pencil"): "pencil", ("skirt", "a-line"): "a-line", ("skirt", "skater"): "skater",
    ("skirt", "pleated"): "pleated", ("skirt", "box pleat"): "pleated",
    ("skirt", "tulip"): "tulip", ("skirt", "tiered"): "tiered", ("skirt", "flowy"): "flowy",
    ("skirt", "wrap"): "wrap", ("skirt", "ruffle"): "ruffle",
    ("closure", "zip"): "zip-up", ("closure", "half-zip"): "popover",
    ("closure", "asymmetric zip"): "moto", ("closure", "button-front"): "button-front",
    ("closure", "double-breasted"): "double-breasted", ("closure", "one-button"): "one-button",
    ("closure", "two-button"): "two-button", ("closure", "toggle"): "toggle",
    ("closure", "open-front"): "open-front", ("closure", "lace-up"): "lace-up",
    ("closure", "wrap"): "wrap",
    ("pocket", "chest"): "pocket", ("pocket", "flap chest"): "pocket",
    ("pocket", "patch"): "pocket", ("pocket", "flap"): "pocket", ("pocket", "four"): "pocket",
    ("pocket", "kangaroo"): "kangaroo pocket,pocket", ("pocket", "zip"): "zip-pocket",
    ("pocket", "cargo"): "cargo,pocket",
    ("hood", "hood"): "hooded", ("hood", "drawcord"): "hooded",
    ("hood", "fur"): "hooded,fur,faux fur",
    ("waist", "belted"): "belted", ("waist", "self-tie"): "self-tie",
    ("waist", "drawstring"): "drawstring", ("waist", "lace-up"): "drawstring",
    ("waist", "gathered"): "gathered waistline", ("waist line", "drop"): "drop waist",
    ("band", "high"): "high-waist", ("band", "fold-over"): "fold-over",
    ("hem", "curved"): "curved hem", ("hem", "high-low"): "high-low",
    ("hem", "asymmetrical"): "asymmetrical hem", ("hem", "peplum"): "peplum",
    ("hem", "scalloped"): "scalloped", ("hem", "vented"): "vented hem",
    ("hem", "frayed"): "frayed,cutoff", ("hem", "cuffed"): "cuffed",
    ("hem", "ribbed cuff"): "cuffed", ("hem", "dolphin"): "dolphin hem",
    ("slit", "side slit"): "side slit",
    ("trim", "bow"): "bow", ("trim", "tie-neck"): "tie-neck,bow", ("trim", "ruffle"): "ruffle",
    ("trim", "ruffle hem"): "ruffle trim", ("trim", "fringe"): "fringe",
    ("trim", "kimono fringe"): "fringe", ("trim", "lace"): "lace trim",
    ("trim", "contrast trim"): "contrast trim", ("trim", "ringer"): "ringer",
    ("trim", "tassel"): "tassel", ("trim", "pom-pom"): "pom-pom", ("trim", "cutout"): "cutout",
    ("trim", "embroidered"): "embroidered", ("trim", "studded"): "studded",
    ("trim", "beaded"): "beaded", ("trim", "tie-front"): "tie-front",
    ("trim", "panel"): "panel",
    ("finish", "distressed"): "distressed,ripped", ("finish", "faded"): "faded",
    ("finish", "pleated"): "pleated", ("finish", "topstitched"): "topstitched",
    ("graphic", "star"): "graphic,star", ("graphic", "heart"): "graphic,heart",
    ("graphic", "cat"): "graphic,cat", ("graphic", "rose"): "graphic,rose",
    ("graphic", "logo"): "graphic,logo", ("graphic", "pineapple"): "graphic,pineapple",
    ("graphic", "butterfly"): "graphic,butterfly", ("graphic", "number"): "graphic",
}  # fmt: skip

COLOUR_ATTRIBUTES: dict[str, str] = {"red": "red", "pink": "pink"}

# The cut of a leg cannot be told from shorts.
_ABOVE_KNEE = ("micro", "short", "knee", "bermuda")

_TABLES = (PATTERN_ATTRIBUTES, FABRIC_ATTRIBUTES, OPTION_ATTRIBUTES, COLOUR_ATTRIBUTES)

VISIBLE_ATTRIBUTES: tuple[str, ...] = tuple(
    sorted({name for table in _TABLES for names in table.values() for name in names.split(",")})
)


def visible_attributes(
    colour: str, pattern: str, fabric: str, options: dict[str, str]
) -> tuple[str, ...]:
    """Return the sorted names of the attributes that a design shows."""
    if options.get("length") in _ABOVE_KNEE and "leg" in options:
        options = {name: value for name, value in options.items() if name != "leg"}
    shown = [
        PATTERN_ATTRIBUTES[pattern], FABRIC_ATTRIBUTES.get(fabric, ""),
        COLOUR_ATTRIBUTES.get(colour, "") if pattern in ("solid", "acid wash") else "",
        *(OPTION_ATTRIBUTES.get(option, "") for option in options.items()),
    ]  # fmt: skip
    return tuple(sorted({name for names in shown for name in names.split(",") if name}))
