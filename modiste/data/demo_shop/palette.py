"""The demo shop's colours: names, shades and which pairs sit well together."""

from __future__ import annotations

import numpy as np

RGB = tuple[float, float, float]

# Three shades each, from the light to the deep end of what the name still covers.
SHADES: dict[str, tuple[RGB, ...]] = {
    "black": ((52, 51, 55), (40, 40, 44), (33, 33, 37)),
    "white": ((250, 250, 249), (245, 246, 248), (240, 241, 243)),
    "ivory": ((248, 241, 225), (243, 234, 214), (237, 227, 204)),
    "grey": ((186, 188, 191), (160, 163, 167), (138, 141, 146)),
    "charcoal": ((98, 100, 106), (84, 86, 92), (72, 75, 81)),
    "navy": ((45, 58, 98), (36, 48, 86), (30, 39, 71)),
    "blue": ((74, 122, 196), (52, 100, 178), (40, 84, 160)),
    "sky blue": ((174, 208, 235), (152, 194, 228), (133, 180, 220)),
    "teal": ((46, 128, 128), (32, 111, 114), (24, 95, 100)),
    "mint": ((184, 226, 206), (162, 214, 192), (143, 203, 180)),
    "green": ((82, 150, 92), (60, 130, 76), (45, 110, 64)),
    "olive": ((126, 128, 82), (108, 111, 66), (92, 95, 56)),
    "khaki": ((198, 182, 146), (184, 167, 130), (169, 152, 116)),
    "beige": ((228, 211, 186), (217, 198, 170), (206, 186, 157)),
    "camel": ((200, 154, 100), (187, 140, 86), (172, 126, 74)),
    "brown": ((130, 90, 64), (112, 76, 53), (95, 64, 45)),
    "burgundy": ((128, 42, 60), (112, 33, 51), (96, 27, 43)),
    "red": ((214, 58, 58), (198, 42, 46), (181, 33, 40)),
    "coral": ((246, 138, 116), (240, 122, 102), (231, 107, 90)),
    "orange": ((240, 146, 62), (232, 130, 46), (219, 115, 36)),
    "mustard": ((220, 172, 62), (208, 158, 48), (193, 144, 40)),
    "yellow": ((250, 222, 104), (246, 212, 82), (240, 202, 66)),
    "pink": ((248, 190, 204), (243, 170, 190), (237, 150, 175)),
    "fuchsia": ((222, 70, 140), (207, 52, 125), (190, 42, 112)),
    "lavender": ((205, 190, 230), (190, 173, 220), (176, 157, 209)),
    "purple": ((122, 80, 156), (106, 65, 140), (90, 54, 122)),
}

COLOURS: tuple[str, ...] = tuple(SHADES)

# How often a garment of no particular category has the colour: shops sell mostly neutrals.
FREQUENCY: dict[str, float] = {
    "black": 10, "white": 8, "ivory": 5, "grey": 6, "charcoal": 4, "navy": 7, "blue": 5,
    "sky blue": 4, "teal": 3, "mint": 3, "green": 3, "olive": 4, "khaki": 3, "beige": 4,
    "camel": 3, "brown": 3, "burgundy": 4, "red": 5, "coral": 4, "orange": 2, "mustard": 3,
    "yellow": 3, "pink": 5, "fuchsia": 3, "lavender": 3, "purple": 2,
}  # fmt: skip

NEUTRALS: tuple[str, ...] = ("black", "white", "ivory", "grey", "charcoal", "navy", "beige")

# Partners that look chosen rather than drawn by lot.
PARTNERS: dict[str, str] = {
    "black": "white ivory grey red pink camel mustard",
    "white": "navy black red sky-blue coral green pink",
    "ivory": "navy burgundy olive brown teal coral black",
    "grey": "black white navy pink burgundy yellow",
    "charcoal": "white ivory mustard pink sky-blue",
    "navy": "white ivory coral red mustard sky-blue",
    "blue": "white ivory yellow navy orange",
    "sky blue": "white navy coral brown yellow",
    "teal": "ivory mustard coral white pink",
    "mint": "white navy coral brown fuchsia",
    "green": "ivory white navy pink yellow",
    "olive": "ivory black mustard camel white",
    "khaki": "white navy brown black burgundy",
    "beige": "navy brown white burgundy black",
    "camel": "ivory black navy white burgundy",
    "brown": "ivory beige sky-blue mustard white",
    "burgundy": "ivory pink grey white mustard",
    "red": "white navy black ivory pink",
    "coral": "white navy ivory teal mint",
    "orange": "white navy ivory brown teal",
    "mustard": "navy ivory burgundy black white",
    "yellow": "white navy grey blue teal",
    "pink": "white burgundy navy grey fuchsia",
    "fuchsia": "white navy black pink orange",
    "lavender": "white purple navy ivory mustard",
    "purple": "white lavender mustard ivory black",
}


def shade_of(colour: str, rng: np.random.Generator) -> RGB:
    """Draw one shade of a named colour, moved a little towards its neighbours.

    Parameters
    ----------
    colour : str
        One of `COLOURS`.
    rng : numpy.random.Generator
        Source of the choice.

    Returns
    -------
    tuple of float
        Red, green and blue in [0, 255].
    """
    shades = SHADES[colour]
    position = float(rng.uniform(0, len(shades) - 1))
    low = min(int(position), len(shades) - 2)
    share = position - low
    red, green, blue = (
        a * (1 - share) + b * share for a, b in zip(shades[low], shades[low + 1], strict=True)
    )
    return red, green, blue


def partner_of(colour: str, rng: np.random.Generator) -> str:
    """Draw a colour name that harmonises and contrasts with `colour`."""
    names = PARTNERS[colour].split()
    return names[int(rng.integers(len(names)))].replace("-", " ")


def luminance(colour: RGB) -> float:
    """Return the perceived lightness of a colour, 0 to 255."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def mixed(first: RGB, second: RGB, share: float) -> RGB:
    """Return `first` moved by `share` of the way towards `second`."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(colour: RGB, factor: float) -> RGB:
    """Return the colour scaled by `factor`; near black it gets lighter, so that seams show."""
    if factor < 1 and luminance(colour) < 68:
        return mixed(colour, (150, 150, 158), (1 - factor) * 0.75)
    red, green, blue = (min(255.0, channel * factor) for channel in colour)
    return red, green, blue
