"""A garment before it is drawn: what it is, and everything that is visible about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modiste.data.demo_shop.attributes import VISIBLE_ATTRIBUTES, visible_attributes
from modiste.data.demo_shop.palette import COLOURS, FREQUENCY, partner_of
from modiste.data.demo_shop.print_groups import FABRIC_PRINTS, PRINT_GROUPS
from modiste.data.demo_shop.wardrobe import WARDROBE

__all__ = ["CATEGORIES", "COLOURS", "VISIBLE_ATTRIBUTES", "GarmentDesign", "sample_design"]

CATEGORIES: tuple[str, ...] = tuple(WARDROBE)


@dataclass(frozen=True)
class GarmentDesign:
    """One design: drawn twice, it looks the same.

    Parameters
    ----------
    category : str
        DeepFashion category, one of `CATEGORIES`.
    attributes : tuple of str
        Sorted DeepFashion attributes that the pictures of this design show.
    colour : str
        Name of the main colour.
    second_colour : str or None
        Name of the colour of prints and trims, None where the design has but one.
    pattern : str
        Name of the print, "solid" without one.
    fabric : str
        Name of the texture.
    seed : int
        Drives every detail that the other fields leave open.
    options : tuple of (str, str)
        How each part is cut, such as ("sleeve", "long").
    """

    category: str
    attributes: tuple[str, ...]
    colour: str
    second_colour: str | None
    pattern: str
    fabric: str
    seed: int
    options: tuple[tuple[str, str], ...]


def sample_design(rng: np.random.Generator, category: str | None = None) -> GarmentDesign:
    """Draw a design.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of every choice.
    category : str or None
        One of `CATEGORIES`; None draws it by how often shops have it, which is long-tailed.

    Returns
    -------
    GarmentDesign

    Raises
    ------
    ValueError
        If `category` is not one of `CATEGORIES`.
    """
    if category is None:
        weights = np.array([style.frequency for style in WARDROBE.values()])
        category = CATEGORIES[int(rng.choice(len(weights), p=weights / weights.sum()))]
    if category not in WARDROBE:
        raise ValueError(f"`category` must be one of the drawable categories. Received: {category}")
    style = WARDROBE[category]
    options = {name: _choose(values, rng) for name, values in style.options.items()}
    fabric = _choose(style.fabrics, rng)
    _reconcile(category, options, fabric, rng)
    pattern = _choose(PRINT_GROUPS[style.prints], rng)
    if fabric in FABRIC_PRINTS and style.prints != "solid":
        pattern = _choose(FABRIC_PRINTS[fabric], rng)
    if pattern == "acid wash" and fabric != "denim":
        pattern = "solid"
    if pattern != "solid":
        # A large figure on a busy print could not be told from it.
        if "graphic" in options and options["graphic"] != "number":
            options["graphic"] = "none"
        if options.get("trim") == "embroidered" and category != "Kaftan":
            options["trim"] = "none"
    names = _coloured(fabric, pattern) or style.colours.split()
    if names:
        colour = names[int(rng.integers(len(names)))].replace("-", " ")
    else:
        shares = np.array([FREQUENCY[name] for name in COLOURS], dtype=float)
        colour = COLOURS[int(rng.choice(len(shares), p=shares / shares.sum()))]
    second = partner_of(colour, rng) if _needs_second(pattern, options) else None
    shown = {name: value for name, value in options.items() if value not in ("none", "plain")}
    return GarmentDesign(
        category=category,
        attributes=visible_attributes(colour, pattern, fabric, shown),
        colour=colour,
        second_colour=second,
        pattern=pattern,
        fabric=fabric,
        seed=int(rng.integers(2**31)),
        options=tuple(sorted(shown.items())),
    )


def _choose(values: str, rng: np.random.Generator) -> str:
    names, weights = [], []
    for item in values.split():
        name, _, weight = item.partition(":")
        names.append(name.replace("_", " "))
        weights.append(float(weight or 1))
    shares = np.array(weights)
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def _coloured(fabric: str, pattern: str) -> list[str]:
    """Return the colours that a cloth is dyed in, none where any will do."""
    if pattern == "acid wash":
        return ["blue", "navy", "black", "charcoal", "teal"]
    if fabric in ("denim", "chambray"):
        return ["blue", "navy", "sky-blue", "blue", "black", "grey", "white"]
    if fabric == "leather":
        return ["black", "black", "brown", "camel", "burgundy", "red", "navy", "white", "charcoal"]
    return []


_HEM_TRIMS = ("fringe", "ruffle hem", "lace", "pom-pom", "contrast trim", "tie-front")
_STRAIGHT_HEMS = (None, "plain", "straight", "frayed")
_BARE = ("strapless", "sweetheart", "cami", "halter", "off-the-shoulder", "one-shoulder")


def _reconcile(
    category: str, options: dict[str, str], fabric: str, rng: np.random.Generator
) -> None:
    """Drop what could not be sewn, or not be seen, together."""
    if options.get("neckline") in _BARE:
        options["sleeve"] = "none"
    if category == "Top" and options["neckline"] == "off-the-shoulder" and rng.random() < 0.35:
        options["sleeve"] = "three-quarter"
    if options.get("neckline") == "shirt" and category in ("Dress", "Jumpsuit"):
        options["closure"] = "button-front"
    if options.get("trim") in ("tie-neck", "bow", "tassel") and options.get("neckline") in (
        "shirt", "surplice", "keyhole", "deep-v", "high", "mock"
    ):  # fmt: skip
        options["trim"] = "none"
    if options.get("closure") == "lace-up" and options.get("neckline") in (
        *_BARE, "surplice", "keyhole", "high", "mock", "deep-v", "split"
    ):  # fmt: skip
        options["closure"] = "none"
    if options.get("closure") in ("button-front", "zip") and options.get("neckline") in (
        "surplice", "keyhole", "split", "halter", "one-shoulder", "high", "mock"
    ):  # fmt: skip
        options["closure"] = "none"
    if options.get("trim") in ("ruffle", "bow") and options.get("closure", "none") != "none":
        options["trim"] = "none"
    if options.get("trim") == "cutout" and options.get("length") == "crop":
        options["trim"] = "none"
    if options.get("trim") in _HEM_TRIMS and options.get("hem") not in _STRAIGHT_HEMS:
        options["hem"] = "straight"
    if options.get("hem") == "high-low" and options.get("length") == "crop":
        options["hem"] = "straight"
    if options.get("hem") == "peplum":
        options["length"], options["fit"] = "regular", "fitted"
    if options.get("closure") == "open-front":
        options["trim"] = "none" if options.get("trim") != "kimono fringe" else "kimono fringe"
        if options.get("hem") in ("ribbed", "vented"):
            options["hem"] = "straight"
    if options.get("leg") == "flare" or (options.get("leg") == "harem" and category != "Joggers"):
        options["hem"] = "plain"
    if category == "Poncho" and options["hood"] != "none":
        options["neckline"] = "crew"
    if category == "Dress":
        _reconcile_dress(options)
    if category == "Skirt":
        if options["skirt"] in ("pleated", "box pleat", "tiered", "wrap", "tulip", "ruffle"):
            options["closure"] = "none"
            options["slit"] = "none"
        if options["length"] == "mini":
            options["slit"] = "none"
        if options["skirt"] == "pencil" and options["length"] == "maxi":
            options["length"] = "midi"
        if options["skirt"] == "ruffle" or options["hem"] != "plain":
            options["slit"] = "none"
            options["trim"] = "none"
    if category == "Jacket":
        _reconcile_jacket(options, fabric)
    if category in ("Jumpsuit", "Romper") and options.get("closure") == "zip":
        options["waist"] = "none" if options["waist"] == "gathered" else options["waist"]
    is_holed = fabric in ("crochet", "lace", "open-knit", "mesh")
    if is_holed and options.get("graphic", "number") != "number":
        options["graphic"] = "none"


def _reconcile_dress(options: dict[str, str]) -> None:
    if options["skirt"] == "none":
        options["waist line"] = "natural"
        if options["hem"] == "asymmetrical" and options["fit"] == "trapeze":
            options["hem"] = "plain"
    else:
        options["fit"] = "fitted"
    if options["skirt"] == "pencil" and options["length"] == "maxi":
        options["length"] = "midi"
    if options["skirt"] in ("pleated", "box pleat", "tiered", "ruffle", "tulip", "wrap"):
        options["slit"] = "none"
    if options["length"] == "mini" or options["hem"] != "plain":
        options["slit"] = "none"
    if options["skirt"] == "ruffle":
        options["hem"] = "plain"
    if options["waist line"] != "natural":
        options["waist"] = "none"


def _reconcile_jacket(options: dict[str, str], fabric: str) -> None:
    if fabric in ("denim", "corduroy"):
        options.update(neckline="shirt", closure="button-front", pocket="flap chest",
                       finish="topstitched", cuff="buttoned")  # fmt: skip
    elif fabric in ("puffer", "shearling", "satin", "metallic"):
        options.update(neckline="mandarin", closure="zip", pocket="zip", finish="none", trim="none")
    else:
        options.update(neckline="lapel", closure="asymmetric zip", pocket="zip", finish="none")
    if fabric not in ("denim", "leather"):
        options["trim"] = "none"


def _needs_second(pattern: str, options: dict[str, str]) -> bool:
    if pattern not in ("solid", "acid wash", "leopard", "giraffe", "camo", "galaxy"):
        return True
    coloured = ("contrast trim", "ringer", "panel", "side stripe", "knee patch", "ears",
                "contrast collar")  # fmt: skip
    if options.get("trim") in coloured or options.get("trim cloth") == "second":
        return True
    return options.get("sleeve", "").startswith("raglan") or "number" in options.values()
