"""Photographs of a design: in the shop's studio and in the street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from modiste.data.demo_shop.backgrounds import draw_background, draw_obstacle
from modiste.data.demo_shop.canvas import Frame, Layer, render
from modiste.data.demo_shop.cloth import Grid
from modiste.data.demo_shop.design import GarmentDesign
from modiste.data.demo_shop.garment import cloths_of, sketch_of
from modiste.data.demo_shop.outlines import curve, rectangle
from modiste.data.demo_shop.sketch import Sketch
from modiste.data.demo_shop.wardrobe import WARDROBE
from modiste.data.demo_shop.wearer import Pose, draw_wearer, sample_pose

SHOP_SIZE = (288, 384)


@dataclass(frozen=True)
class Scene:
    """A photograph and where its garment is.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    mask : ndarray of bool, shape (height, width)
        The pixels in which the garment is seen.
    box : tuple of float
        Tight around the mask: left, top, right, bottom, normalised to [0, 1].
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    box: tuple[float, float, float, float]


def scene_of(picture: Grid, mask: NDArray[np.bool_]) -> Scene:
    """Round a picture to bytes and measure its mask."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (
        float(columns[0] / width), float(rows[0] / height),
        float((columns[-1] + 1) / width), float((rows[-1] + 1) / height),
    )  # fmt: skip
    return Scene(np.clip(picture, 0, 255).astype(np.uint8), mask, box)


def cast_shadow(picture: Grid, layers: list[Layer], offset: tuple[int, int], depth: float) -> None:
    """Darken a picture softly beside the layers."""
    height, width = picture.shape[:2]
    coarse = Image.new("L", (width // 4 + 1, height // 4 + 1))
    for layer in layers:
        if layer.shape.size <= 4:
            continue
        small = np.ascontiguousarray((layer.shape[::4, ::4] * 255).astype(np.uint8))
        stamp = Image.fromarray(small)
        coarse.paste(255, ((layer.left + offset[0]) // 4, (layer.top + offset[1]) // 4), stamp)
    blurred = coarse.filter(ImageFilter.GaussianBlur(2.2))
    big = blurred.resize((coarse.width * 4, coarse.height * 4), Image.Resampling.BILINEAR)
    shade = np.asarray(big, dtype=np.float32)[:height, :width] * np.float32(-depth / 255)
    shade += 1
    picture *= shade[..., None]


def shop_photo(design: GarmentDesign, seed: int) -> Scene:
    """Photograph a design on a light ground.

    Parameters
    ----------
    design : GarmentDesign
        What to photograph.
    seed : int
        Drives the pose, the light and the place in the picture; not the garment.

    Returns
    -------
    Scene
        288 pixels wide and 384 high.
    """
    rng = np.random.default_rng([seed, 1])
    width, height = SHOP_SIZE
    sketch = sketch_of(design, arm=float(rng.uniform(0.28, 0.46)), bend=float(rng.uniform(0, 0.2)))
    left, top, right, bottom = sketch.bounds()
    margin = float(rng.uniform(0.86, 0.94))
    scale = min(width * margin / (right - left), height * margin / (bottom - top), 205.0)
    angle = float(rng.normal(0, 0.012))
    frame = Frame(
        width, height, scale, angle, (left + right) / 2, (top + bottom) / 2,
        width / 2 + float(rng.normal(0, 2)), height / 2 + float(rng.normal(0, 2)),
    )  # fmt: skip
    layers = render(sketch, cloths_of(design, sketch, scale), frame, rng)
    tint = np.array([251, 251, 251], dtype=np.float32) + rng.uniform(-3, 3, 3).astype(np.float32)
    tint = np.clip(tint + float(rng.uniform(-5, 4)), 0, 254)
    falloff = np.linspace(1.0, 0.98, height, dtype=np.float32)[:, None, None]
    picture = np.broadcast_to(tint * falloff, (height, width, 3)).astype(np.float32)
    both = [layers["back"], layers["front"]]
    cast_shadow(picture, both, (3, 6), 0.26)
    mask = np.zeros((height, width), dtype=bool)
    for layer in both:
        layer.over(picture)
        rows = slice(layer.top, layer.top + layer.shape.shape[0])
        mask[rows, layer.left : layer.left + layer.shape.shape[1]] |= layer.shape > 0.5
    return scene_of(picture, mask)


def street_photo(design: GarmentDesign, seed: int) -> Scene:
    """Photograph a design in a cluttered place, worn, on a hanger or laid flat.

    Parameters
    ----------
    design : GarmentDesign
        What to photograph.
    seed : int
        Drives the place, the wearer, the pose, the light and what stands in front.

    Returns
    -------
    Scene
        About 288 by 384 pixels, upright or across; at least 70 % of the garment is seen.
    """
    rng = np.random.default_rng([seed, 2])
    width, height = _sample_size(rng)
    mode = str(rng.choice(["worn", "hanger", "flat"], p=[0.66, 0.14, 0.2]))
    pose = sample_pose(design, rng)
    if mode != "worn" and pose.arm < 0.9:
        pose = Pose(float(rng.uniform(0.2, 0.7)), pose.bend, pose.skin, pose.hair)
    sketch = sketch_of(design, arm=pose.arm, bend=pose.bend)
    frame = _sample_frame(sketch, rng, width, height, flat=mode == "flat")
    background = draw_background(rng, width, height, flat=mode == "flat")
    picture = np.array(background, dtype=np.float32)

    layers = render(sketch, cloths_of(design, sketch, frame.scale), frame, rng)
    mask = np.zeros((height, width), dtype=bool)
    offset = (int(rng.integers(-6, 9)), int(rng.integers(3, 10)))
    cast_shadow(picture, list(layers.values()), offset, 0.34)
    layers["back"].over(picture)
    _mark(mask, layers["back"])
    if mode == "worn":
        person = render(draw_wearer(design, pose, rng), {}, frame, rng)["front"]
        person.over(picture)
        _mark(mask, person, seen=False)
    elif mode == "hanger":
        hanger = render(_hanger(design, sketch), {}, frame, rng)["front"]
        hanger.over(picture)
        _mark(mask, hanger, seen=False)
    layers["front"].over(picture)
    _mark(mask, layers["front"])
    if rng.random() < 0.55:
        mask = _obstruct(picture, mask, rng)
    return scene_of(_expose(picture, rng), mask)


def _sample_size(rng: np.random.Generator) -> tuple[int, int]:
    long, short = int(rng.integers(356, 393)), int(rng.integers(272, 301))
    return (long, short) if rng.random() < 0.22 else (short, long)


def _sample_frame(
    sketch: Sketch, rng: np.random.Generator, width: int, height: int, *, flat: bool
) -> Frame:
    left, top, right, bottom = sketch.bounds()
    share = float(rng.uniform(0.52, 0.9))
    angle = float(np.clip(rng.normal(0, 0.16 if flat else 0.07), -0.28, 0.28))
    # The bounding box grows as the garment turns.
    c, s = abs(np.cos(angle)), abs(np.sin(angle))
    across = (right - left) * c + (bottom - top) * s
    down = (right - left) * s + (bottom - top) * c
    scale = float(share * min(width / across, height / down))
    spare_x = max(width - across * scale, 0) / 2
    spare_y = max(height - down * scale, 0) / 2
    return Frame(
        width, height, scale, angle, (left + right) / 2, (top + bottom) / 2,
        width / 2 + float(rng.uniform(-0.9, 0.9)) * spare_x,
        height / 2 + float(rng.uniform(-0.9, 0.9)) * spare_y,
    )  # fmt: skip


def _mark(mask: NDArray[np.bool_], layer: Layer, *, seen: bool = True) -> None:
    height, width = layer.shape.shape
    region = mask[layer.top : layer.top + height, layer.left : layer.left + width]
    region[layer.shape > 0.5] = seen


def _hanger(design: GarmentDesign, sketch: Sketch) -> Sketch:
    """Hang the garment up: a bar through the shoulders, or clips at the waist."""
    drawn = Sketch()
    is_lower = WARDROBE[design.category].cut in ("legs", "skirt", "sarong")
    _, top, _, _ = sketch.bounds()
    y, half = (0.98, 0.3) if is_lower else (0.13, 0.4)
    hook = y - 0.42 if is_lower else min(top, 0.0) - 0.14
    wood = (168, 122, 80)
    drawn.line(np.array([[0, y - 0.1], [0, hook]], np.float32), (150, 152, 156), 0.024)
    drawn.line(
        curve([(0, hook), (0.02, hook - 0.12, 1), (0.1, hook - 0.12, 1), (0.11, hook - 0.04)]),
        (150, 152, 156), 0.024,
    )  # fmt: skip
    if is_lower:
        drawn.line(np.array([[-half, y - 0.1], [half, y - 0.1]], np.float32), wood, 0.05)
        for x in (-half + 0.04, half - 0.04):
            drawn.patch(rectangle(x - 0.03, y - 0.12, x + 0.03, y + 0.04), (120, 122, 126))
    else:
        drawn.line(curve([(-half, y + 0.03), (0, -0.05, 1), (half, y + 0.03)]), wood, 0.06)
    return drawn


def _obstruct(
    picture: Grid, mask: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Put something in front, unless it would hide too much; return what is still seen."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    centre = (float(columns.mean()), float(rows.mean()))
    reach = float(max(columns[-1] - columns[0], rows[-1] - rows[0])) / 2
    pixels = np.asarray(draw_obstacle(rng, width, height, centre, reach), dtype=np.float32)
    alpha = pixels[..., 3] * np.float32(1 / 255)
    seen: NDArray[np.bool_] = mask & (alpha < 0.5)
    if int(seen.sum()) < 0.74 * int(mask.sum()):
        return mask
    picture *= 1 - alpha[..., None]
    picture += pixels[..., :3] * alpha[..., None]
    return seen


def _expose(picture: Grid, rng: np.random.Generator) -> Grid:
    """Light, colour temperature, grain and focus of a telephone's camera."""
    height, width = picture.shape[:2]
    warmth = float(rng.normal(0, 0.055))
    gains = np.array([1 + warmth, 1.0, 1 - warmth], dtype=np.float32) * float(
        rng.uniform(0.8, 1.14)
    )
    slope = rng.uniform(-0.16, 0.16, 2)
    across = np.linspace(-slope[0], slope[0], width, dtype=np.float32)[None]
    down = np.linspace(-slope[1], slope[1], height, dtype=np.float32)[:, None]
    picture = picture * ((1 + across + down)[..., None] * gains)
    focus = float(rng.uniform(0, 0.85))
    if focus > 0.35:
        image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
        blurred = image.filter(ImageFilter.GaussianBlur(focus))
        picture = np.asarray(blurred, dtype=np.float32)
    grain = rng.standard_normal((height, width), dtype=np.float32) * np.float32(rng.uniform(1, 6))
    return picture + grain[..., None]
