"""From a design to its sketch and its cloths."""

# ruff: noqa: ARG001 - one signature for all, whether or not each needs every argument.

from __future__ import annotations

import numpy as np
from PIL import Image

from modiste.data.demo_shop.assembly import assemble
from modiste.data.demo_shop.cloth import Cloth, Grid, Placed, fitted
from modiste.data.demo_shop.design import GarmentDesign
from modiste.data.demo_shop.fabrics import FABRICS, as_tile
from modiste.data.demo_shop.organic_prints import cloud
from modiste.data.demo_shop.palette import RGB, mixed, shade_of
from modiste.data.demo_shop.patterns import PRINTS, print_tile, tones_for
from modiste.data.demo_shop.sketch import Sketch
from modiste.data.demo_shop.tailor import Tailor

# Streams of random numbers, so that drawing a design at another size changes nothing else.
_COLOUR, _SHAPE, _PRINT, _WEAVE = range(4)


def _stream(design: GarmentDesign, name: int) -> np.random.Generator:
    return np.random.default_rng([design.seed, name])


def colours_of(design: GarmentDesign) -> tuple[RGB, RGB]:
    """Return the main and the second colour of a design."""
    rng = _stream(design, _COLOUR)
    main = shade_of(design.colour, rng)
    second = shade_of(design.second_colour or design.colour, rng)
    return main, second


def sketch_of(design: GarmentDesign, *, arm: float = 0.38, bend: float = 0.12) -> Sketch:
    """Draw a design in body units.

    Parameters
    ----------
    design : GarmentDesign
        What to draw.
    arm : float
        Angle of the upper arms from the vertical, radians.
    bend : float
        How far the forearms turn back inwards, radians.
    """
    main, second = colours_of(design)
    options = {**dict(design.options), "fabric": design.fabric, "pattern": design.pattern}
    tailor = Tailor(options, _stream(design, _SHAPE), main, second, arm, bend)
    assemble(tailor, design.category)
    return tailor.sketch


def cloths_of(design: GarmentDesign, sketch: Sketch, scale: float) -> dict[str, Cloth]:
    """Weave a design's cloths for a picture of `scale` pixels per body unit."""
    main, second = colours_of(design)
    weave = FABRICS[design.fabric](_stream(design, _WEAVE))
    rng = _stream(design, _PRINT)
    tile, period, placed = None, 0.5, None
    if design.pattern in PRINTS:
        image, period = print_tile(design.pattern, rng, tones_for(main, second, rng))
        tile = fitted(image, period, scale)
    elif design.pattern == "acid wash":
        tile, period = fitted(_acid(main, rng), 0.9, scale), 0.9
    elif design.pattern != "solid":
        placed = _placed(design.pattern, main, second, sketch.bounds(), rng)
    texture = as_tile(weave.tile, scale, weave.period)
    cover = None if weave.cover is None else as_tile(weave.cover, scale, weave.period)
    body = Cloth(main, tile, period, texture, weave.period, cover, weave.opacity, weave.gloss,
                 placed)  # fmt: skip
    options = dict(design.options)
    plain = Cloth(second, None, 0.5, texture, weave.period, None, 1.0, weave.gloss)
    rib = FABRICS["ribbed"](_stream(design, _WEAVE))
    ribbed = as_tile(rib.tile, scale, rib.period)
    trim_name = options.get("trim cloth", "none")
    trim = body
    if trim_name == "ribbed":
        trim = Cloth(
            main if design.second_colour is None else second, None, 0.5, ribbed, rib.period
        )
    elif trim_name == "fur":
        fur = FABRICS["fur"](_stream(design, _WEAVE))
        trim = Cloth((206, 182, 150), None, 0.5, as_tile(fur.tile, scale, fur.period), fur.period)
    elif trim_name == "second":
        trim = plain
    lining = Cloth(mixed(main, (120, 116, 116), 0.3))
    return {"main": body, "second": plain, "trim": trim, "lining": lining}


def _acid(main: RGB, rng: np.random.Generator) -> Image.Image:
    mottle = 0.55 * cloud(rng, 6) + 0.3 * cloud(rng, 13) + 0.15 * cloud(rng, 28)
    blotch = np.clip((mottle[..., None] - 0.4) * 4.2, 0, 0.95)
    colour = np.array(main) * (1 - blotch) + np.array((226, 234, 242)) * blotch
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))


def _placed(
    name: str, main: RGB, second: RGB, bounds: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> Placed:  # fmt: skip
    """Return the colouring of patterns that follow the whole garment."""
    _, top, _, bottom = bounds
    top = max(top, -0.05)
    first, last = np.array(main, dtype=np.float32), np.array(second, dtype=np.float32)
    third = np.array(mixed(main, second, 0.5), dtype=np.float32)
    edge = float(rng.uniform(0.42, 0.58))

    def height(v: Grid) -> Grid:
        return (v - np.float32(top)) * np.float32(1 / (bottom - top))

    def blend(share: Grid) -> Grid:
        return first + (last - first) * share[..., None]

    def ombre(u: Grid, v: Grid) -> Grid:
        return blend(np.clip(height(v) * 1.25 - 0.12, 0, 1))

    def dip_dye(u: Grid, v: Grid) -> Grid:
        ragged = height(v) + 0.012 * np.sin(u * 31) + 0.01 * np.sin(u * 13)
        return blend(np.clip((ragged - 0.68) * 14, 0, 1))

    def colorblock(u: Grid, v: Grid) -> Grid:
        place = height(v)
        third_share = ((place > edge + 0.2) * np.float32(1))[..., None]
        blocks = blend((place > edge - 0.16) * np.float32(1))
        return blocks * (1 - third_share) + third * 0.55 * third_share

    def two_tone(u: Grid, v: Grid) -> Grid:
        return blend((u > 0) * np.float32(1))

    return {"ombre": ombre, "dip-dye": dip_dye, "colorblock": colorblock, "two-tone": two_tone}[
        name
    ]
