"""A simple person to wear a garment, in the same body units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modiste.data.demo_shop.design import GarmentDesign
from modiste.data.demo_shop.outlines import Path, curve, ellipse, flipped, limb, mirrored
from modiste.data.demo_shop.palette import RGB, darker
from modiste.data.demo_shop.sketch import Sketch
from modiste.data.demo_shop.tailor import Tailor
from modiste.data.demo_shop.wardrobe import WARDROBE

SKINS: tuple[RGB, ...] = (
    (244, 212, 188), (232, 190, 160), (214, 166, 132), (186, 134, 100), (146, 98, 70),
    (108, 72, 52), (82, 54, 42),
)  # fmt: skip
_HAIRS: tuple[RGB, ...] = (
    (38, 30, 28), (66, 44, 32), (104, 70, 44), (166, 118, 68), (214, 180, 118), (150, 72, 42),
    (170, 168, 166),
)  # fmt: skip
# What else the wearer has on is plain, so that it is not mistaken for the garment.
_PLAIN: tuple[RGB, ...] = (
    (238, 238, 236), (196, 198, 200), (128, 130, 134), (74, 76, 82), (46, 46, 50), (214, 206, 194),
)  # fmt: skip
_SEE_THROUGH = ("lace", "crochet", "mesh", "open-knit", "sheer", "eyelet", "chiffon")


@dataclass(frozen=True)
class Pose:
    """How the arms hang, in radians, and the tones of skin and hair."""

    arm: float
    bend: float
    skin: RGB
    hair: RGB


def sample_pose(design: GarmentDesign, rng: np.random.Generator) -> Pose:
    """Draw a pose that the garment allows."""
    arm, bend = float(rng.uniform(0.12, 0.34)), float(rng.uniform(0.0, 0.3))
    if WARDROBE[design.category].cut == "caftan":
        arm, bend = 0.98, 0.0
    skin = SKINS[int(rng.integers(len(SKINS)))]
    return Pose(arm, bend, skin, _HAIRS[int(rng.integers(len(_HAIRS)))])


def _arm(pose: Pose, lengths: tuple[float, ...], widths: tuple[float, ...]) -> Path:
    from modiste.data.demo_shop.silhouettes_upper import sleeve_axis

    tailor = Tailor({}, np.random.default_rng(0), (0, 0, 0), (0, 0, 0), pose.arm, pose.bend)
    start = (0.4, 0.17)
    return limb([start, *[sleeve_axis(tailor, at, 0.0) for at in lengths]], widths)


def draw_wearer(design: GarmentDesign, pose: Pose, rng: np.random.Generator) -> Sketch:
    """Draw the person without the garment.

    Parameters
    ----------
    design : GarmentDesign
        Decides what the person needs to wear besides.
    pose : Pose
        As it was used for the garment.
    rng : numpy.random.Generator
        Drives hair, shoes and the rest of the clothes.
    """
    sketch, cut = Sketch(), WARDROBE[design.category].cut
    skin = pose.skin

    def paint(path: Path, colour: RGB, *, edge: float = 0.22, both: bool = False) -> None:
        for side in (path, flipped(path)) if both else (path,):
            sketch.fill(side, "flat", colour=colour, edge=edge, seam=0.35)

    _draw_hair_behind(sketch, pose, rng)
    shoe = _PLAIN[int(rng.integers(len(_PLAIN)))]
    paint(curve([(0.2, 3.5), (0.36, 3.5), (0.4, 3.7, 1), (0.36, 3.84, 1), (0.22, 3.84, 1),
                 (0.17, 3.7, 1)], closed=True), shoe, both=True)  # fmt: skip
    leg = limb([(0.22, 1.5), (0.25, 2.55), (0.28, 3.56)], (0.2, 0.115, 0.07))
    paint(leg, skin, both=True)
    body = mirrored(
        [(0, 0.0), (0.12, 0.02), (0.2, 0.07), (0.43, 0.15, 1), (0.4, 0.5), (0.31, 1.0, 1),
         (0.41, 1.42, 1), (0.38, 1.7), (0, 1.72)]
    )  # fmt: skip
    arm = _arm(pose, (0.3, 0.66, 1.36), (0.1, 0.088, 0.07, 0.05))
    paint(arm, skin, both=True)
    hand = _arm(pose, (1.3, 1.42, 1.55), (0.0, 0.045, 0.06, 0.03))
    paint(hand[4:-4], skin, both=True)
    paint(body, skin, edge=0.16)
    top_colour, bottom_colour = (_PLAIN[int(place)] for place in rng.choice(6, 2, replace=False))
    is_open = dict(design.options).get("closure") == "open-front"
    if cut in ("legs", "skirt", "sarong") or is_open or design.fabric in _SEE_THROUGH:
        sleeved = cut in ("legs", "skirt") and rng.random() < 0.6
        _draw_plain_top(sketch, pose, top_colour, sleeved=sleeved)
    if cut in ("top", "kimono", "poncho"):
        length = 1.0 if rng.random() < 0.7 else 0.42
        knee = 1.55 + 1.95 * length
        trousers = limb(
            [(0.23, 1.3), (0.25, 1.55 + 0.95 * length), (0.27, knee)],
            (0.24, 0.19 if length < 1 else 0.15, 0.18 if length < 1 else 0.11),
        )
        paint(trousers, bottom_colour, both=True)
        seat = mirrored([(0, 1.0), (0.33, 1.0), (0.45, 1.42, 1), (0.4, 1.72), (0, 1.76)])
        paint(seat, bottom_colour)
    neck = mirrored([(0, -0.26), (0.105, -0.22), (0.1, -0.03, 1), (0.19, 0.06), (0, 0.14)])
    paint(neck, darker(skin, 0.92))
    _draw_head(sketch, pose, rng)
    return sketch


def _draw_plain_top(sketch: Sketch, pose: Pose, colour: RGB, *, sleeved: bool) -> None:
    if sleeved:
        sleeve = _arm(pose, (0.2, 0.46), (0.13, 0.15, 0.14))
        for side in (sleeve, flipped(sleeve)):
            sketch.fill(side, "flat", colour=colour, edge=0.25, seam=0.5)
    shoulder = (0.45, 0.14) if sleeved else (0.3, 0.07)
    top = mirrored([(0, 0.2, 1), (0.18, 0.02), shoulder, (0.4, 0.5), (0.34, 1.0, 1), (0.43, 1.42),
                    (0, 1.46, 1)])  # fmt: skip
    sketch.fill(top, "flat", colour=colour, edge=0.25, seam=0.5)


def _draw_hair_behind(sketch: Sketch, pose: Pose, rng: np.random.Generator) -> None:
    length = (-0.1, 0.1, 0.36)[int(rng.integers(3))]
    hair = mirrored([(0, -0.72, 1), (0.2, -0.62, 1), (0.27, -0.36, 1), (0.25, length),
                     (0, length + 0.03)])  # fmt: skip
    sketch.fill(hair, "flat", colour=darker(pose.hair, 0.85), edge=0.2, seam=0.3)


def _draw_head(sketch: Sketch, pose: Pose, rng: np.random.Generator) -> None:
    face = mirrored([(0, -0.66, 1), (0.17, -0.56, 1), (0.19, -0.38, 1), (0.13, -0.2, 1),
                     (0, -0.12, 1)])  # fmt: skip
    sketch.fill(face, "flat", colour=pose.skin, edge=0.2, seam=0.35)
    fringe = float(rng.uniform(-0.56, -0.5))
    hair = curve([(-0.2, -0.34), (-0.24, -0.6, 1), (0, -0.76, 1), (0.24, -0.6, 1), (0.2, -0.34),
                  (0.15, fringe, 1), (float(rng.uniform(-0.08, 0.08)), fringe - 0.03, 1),
                  (-0.15, fringe, 1)], closed=True)  # fmt: skip
    sketch.fill(hair, "flat", colour=pose.hair, edge=0.25, seam=0.3)
    dark = darker(pose.skin, 0.45)
    if rng.random() < 0.25:
        for x in (-0.075, 0.075):
            sketch.patch(ellipse(x, -0.4, 0.066, 0.048, steps=14), (34, 32, 36))
        sketch.line(np.array([[-0.15, -0.42], [0.15, -0.42]], np.float32), (34, 32, 36), 0.016)
    else:
        for x in (-0.07, 0.07):
            sketch.patch(ellipse(x, -0.4, 0.018, 0.024, steps=8), (44, 34, 32))
            brow = curve([(x - 0.04, -0.455), (x, -0.475, 1), (x + 0.04, -0.455)])
            sketch.line(brow, darker(pose.hair, 0.9), 0.014)
    nose = curve([(0.0, -0.36), (0.02, -0.3, 1), (-0.01, -0.295)])
    sketch.line(nose, dark, 0.01, opacity=0.6)
    mouth = curve([(-0.045, -0.225), (0, -0.205, 1), (0.045, -0.225)])
    sketch.line(mouth, (178, 84, 84), 0.022)
