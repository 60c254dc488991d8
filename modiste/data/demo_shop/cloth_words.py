"""What a shop says of a cloth's make, feel and care, and of where a garment is worn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClothWords:
    """The make, the feel and the care of a cloth."""

    make: tuple[str, ...]
    feel: tuple[str, ...]
    care: str


_COLD = "Wash cold with like colours; line dry"
_HAND = "Hand wash in cool water; dry flat to keep the shape"
_GENTLE = "Delicate cycle in a laundry bag; cool iron on the inside"
_WIPE = "Do not wash; wipe with a damp cloth and leave to air"
_CLEAN = "Dry clean only; steam to refresh"
_WARM = "Machine wash warm; tumble dry low"

_COTTON = ClothWords(
    ("pure cotton", "organic cotton", "a cotton blend"),
    ("soft and breathable", "light and easy", "smooth against the skin"),
    _WARM,
)
_KNIT = ClothWords(
    ("merino wool", "a wool blend", "lambswool", "a cashmere mix"),
    ("warm and soft", "cosy", "warm yet light"),
    _HAND,
)
_JERSEY = ClothWords(
    ("stretch jersey", "cotton with elastane", "a viscose blend"),
    ("stretchy and soft", "easy to move in", "shape-keeping"),
    _COLD,
)
_DENIM = ClothWords(
    ("cotton twill", "rigid denim", "denim with a little stretch"),
    ("sturdy and honest", "hard-wearing", "long-lasting"),
    "Wash inside out and rarely; line dry",
)
_SHEER = ClothWords(
    ("recycled polyester", "a silk blend", "viscose"),
    ("floaty and cool", "light as air", "fluid"),
    _GENTLE,
)
_LACE = ClothWords(
    ("nylon and cotton", "a cotton mix", "openwork on a plain lining"),
    ("delicate", "feminine and fine", "airy"),
    _GENTLE,
)
_SHINE = ClothWords(
    ("polyester", "an acetate blend", "a lined party cloth"),
    ("evening-ready", "light-catching", "glamorous"),
    _CLEAN,
)
_HIDE = ClothWords(
    ("full-grain leather", "vegan leather", "a coated cloth"),
    ("tough and supple", "slow to age", "smooth"),
    _WIPE,
)
_COAT = ClothWords(
    ("a wool blend", "recycled fibres", "thick brushed wool"),
    ("warm as toast", "wind-stopping", "thick and snug"),
    _CLEAN,
)
_PADDED = ClothWords(
    ("a nylon shell", "a water-repellent shell", "recycled padding"),
    ("light and very warm", "snug", "packable"),
    "Wash cold; tumble dry low with two tennis balls",
)
_LINEN = ClothWords(
    ("pure linen", "a linen and cotton mix", "European flax"),
    ("cool in the heat", "crisp", "pleasantly creased"),
    _COLD,
)

CLOTH_WORDS: dict[str, ClothWords] = {
    **dict.fromkeys(("cotton", "chambray", "eyelet", "seersucker", "gauze"), _COTTON),
    **dict.fromkeys(("heathered", "ribbed", "waffle", "terry", "marled"), _JERSEY),
    **dict.fromkeys(("knit", "chunky knit", "cable knit", "open-knit", "fuzzy knit"), _KNIT),
    **dict.fromkeys(("lace", "crochet", "mesh"), _LACE),
    **dict.fromkeys(("denim", "corduroy"), _DENIM),
    **dict.fromkeys(("chiffon", "sheer", "satin"), _SHEER),
    **dict.fromkeys(("sequin", "metallic", "velvet", "jacquard"), _SHINE),
    **dict.fromkeys(("leather", "suede"), _HIDE),
    **dict.fromkeys(("tweed", "fur", "shearling", "wool"), _COAT),
    **dict.fromkeys(("quilted", "puffer", "nylon"), _PADDED),
    "linen": _LINEN,
}


def cloth_words(fabric: str) -> ClothWords:
    """Return the words of a cloth; those of cotton if nothing more is known of it."""
    return CLOTH_WORDS.get(fabric, _COTTON)


_OFFICE = ("the office", "a meeting", "a working week", "smart lunches")
_GYM = ("the gym", "a morning run", "yoga", "lazy days off")
_BEACH = ("the beach", "the pool", "a holiday", "hot days by the sea")
_NIGHT = ("a party", "a date", "a wedding", "dancing")
_COLD_DAYS = ("frosty mornings", "winter walks", "the school run in the rain", "cold commutes")
_WEEKEND = ("the weekend", "a market stroll", "every day", "brunch with friends")
_HOME = ("slow evenings at home", "Sunday breakfast", "the sofa", "sleeping in")
_LAYER = ("chilly evenings", "cool offices", "autumn days", "layering")

OCCASIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Blazer", "Blouse", "Button-Down", "Chinos", "Culottes", "Gauchos"), _OFFICE),
    **dict.fromkeys(("Leggings", "Joggers", "Sweatpants", "Jersey", "Sweatshorts"), _GYM),
    **dict.fromkeys(("Sarong", "Trunks", "Caftan", "Kaftan", "Coverup", "Sundress"), _BEACH),
    **dict.fromkeys(("Dress", "Jumpsuit", "Halter", "Romper", "Skirt"), _NIGHT),
    **dict.fromkeys(("Anorak", "Parka", "Peacoat", "Coat", "Cape", "Poncho"), _COLD_DAYS),
    **dict.fromkeys(("Onesie", "Robe", "Nightdress"), _HOME),
    **dict.fromkeys(("Sweater", "Cardigan", "Turtleneck", "Kimono", "Hoodie", "Flannel"), _LAYER),
}
EVERY_DAY = _WEEKEND
