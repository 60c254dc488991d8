"""Eight ways of dressing, and the invented makers that lean on one each.

A style says which categories, attributes and colours belong to it. Shoppers mix styles,
which is what makes one shopper's purchases tell something about another's.
"""

from __future__ import annotations

from dataclasses import dataclass

_STYLES = """
classic | Blazer Button-Down Peacoat Coat Chinos Cardigan Turtleneck Blouse Shirtdress Jeans | striped, breton, nautical, pinstripe, houndstooth, herringbone, plaid, collar, button-front, double-breasted, straight-leg, knee-length, sheath, belted, lapel, cotton, tweed, cable knit, crew, trench, pocket, long sleeve | navy, white, camel, beige, burgundy, grey
sporty | Hoodie Joggers Leggings Sweatpants Sweatshorts Jersey Bomber Tank Tee Anorak Trunks | athletic, graphic, logo, varsity, ringer, racerback, raglan, drawstring, zip-front, hooded, kangaroo pocket, heathered, mesh, ribbed, windbreaker, colorblock, rugby stripe, puffer, star, popover, muscle | grey, black, blue, red, charcoal, sky blue, orange
boho | Kimono Kaftan Caftan Poncho Gauchos Sarong Coverup Culottes Sundress | fringe, tassel, crochet, lace, embroidered, paisley, ikat, tribal, southwestern, medallion, peasant, maxi, flowy, tie-dye, bell-sleeve, off-the-shoulder, tiered, smocked, patchwork, suede, harem, batwing, leaf, pom-pom, high-low, elephant, gaucho | mustard, brown, teal, olive, coral, orange, ivory
romantic | Dress Blouse Skirt Romper Nightdress Sundress Cardigan Robe | floral, ditsy, rose, daisy, butterfly, heart, bird, ruffle, flutter, flounce, lace, lace trim, eyelet, chiffon, tie-neck, sweetheart, skater, pleated, midi, scalloped, peplum, polka dot, tulip, cap-sleeve, watercolor, gingham, drop waist | pink, lavender, ivory, mint, coral, white
edgy | Jacket Jeans Cutoffs Jeggings Tank Flannel | leather, moto, studded, distressed, acid wash, skinny, cutout, lace-up, graphic, camo, leopard, asymmetrical, crop, mesh, mini, plaid, splatter, galaxy, frayed, oversized, cutoff, bodycon, moon | black, charcoal, burgundy, white, purple, olive
glam | Dress Jumpsuit Halter Top Cape Blazer | sequin, metallic, satin, velvet, beaded, bodycon, strapless, one-shoulder, deep v-neck, cowl, halter, mini, maxi, side slit, keyhole, fur, leopard, animal print, jacquard, surplice, wrap, sheer, off-the-shoulder, marble, cami | black, red, fuchsia, purple, burgundy, blue
minimal | Tee Turtleneck Sweater Culottes Coat Jumpsuit Top Chinos | solid, boxy, oversized, shift, a-line, straight-leg, wide-leg, mock neck, boat neck, sleeveless, linen, knit, ribbed, drop-sleeve, open-front, longline, midi, mandarin, high-rise, square, grid, abstract, geo, dolman | black, white, grey, ivory, beige, charcoal, khaki
outdoor | Parka Anorak Flannel Henley Sweater Jodhpurs Poncho Jacket Onesie | plaid, checkered, fair isle, chunky knit, cable knit, corduroy, quilted, puffer, shearling, tweed, hooded, toggle, cargo, denim, chambray, waffle, drawstring, marled, fur, kangaroo pocket, field, shawl, boyfriend, camo, zip-pocket, topstitched | olive, brown, camel, green, mustard, khaki, navy
"""  # noqa: E501


@dataclass(frozen=True)
class Brand:
    """An invented maker.

    Parameters
    ----------
    name : str
    price_level : float
        Factor on the usual price of a category.
    style : str
        The style that most of its garments belong to.
    """

    name: str
    price_level: float
    style: str


def _parse(rows: str) -> dict[str, frozenset[str]]:
    styles = {}
    for row in rows.strip().splitlines():
        name, categories, attributes, colours = row.split("|")
        names = (*categories.split(), *attributes.split(","), *colours.split(","))
        styles[name.strip()] = frozenset(part.strip() for part in names)
    return styles


#: The category, attribute and colour names of each style.
STYLES: dict[str, frozenset[str]] = _parse(_STYLES)

BRANDS = (
    Brand("Aldermoor", 1.45, "outdoor"),
    Brand("Brisa Calma", 0.95, "boho"),
    Brand("Corvane", 1.25, "edgy"),
    Brand("Dunmarrow", 0.85, "outdoor"),
    Brand("Elvastine", 2.1, "glam"),
    Brand("Fiorabel", 0.9, "romantic"),
    Brand("Gritstone Yard", 0.75, "edgy"),
    Brand("Halvorsen & Pike", 1.7, "classic"),
    Brand("Isolde Wren", 1.5, "romantic"),
    Brand("Juniper Row", 0.7, "classic"),
    Brand("Kestrelle", 1.2, "sporty"),
    Brand("Lumo Active", 0.8, "sporty"),
    Brand("Marrowby", 1.0, "classic"),
    Brand("Nordhem", 1.35, "minimal"),
    Brand("Ondine Blue", 0.65, "boho"),
    Brand("Pellworth", 1.9, "minimal"),
    Brand("Quillan", 0.6, "edgy"),
    Brand("Rosmarine", 0.65, "romantic"),
    Brand("Saltwick", 1.1, "outdoor"),
    Brand("Tamsin Lark", 1.15, "boho"),
    Brand("Umbrel", 0.55, "minimal"),
    Brand("Velmora", 0.8, "glam"),
    Brand("Wexcombe", 0.6, "sporty"),
    Brand("Yarrowfield", 1.3, "romantic"),
)
