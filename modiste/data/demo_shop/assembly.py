"""Which parts make up a garment of each category."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from modiste.data.demo_shop import adornments, details, pockets, wraps
from modiste.data.demo_shop.outlines import curve, ellipse, mirrored
from modiste.data.demo_shop.silhouettes_lower import (
    draw_legs,
    draw_skirt,
    flounce,
    fringe,
    waistband,
)
from modiste.data.demo_shop.silhouettes_upper import draw_body
from modiste.data.demo_shop.tailor import Tailor, Torso

# Heights of the hem in body units.
BODY_LENGTHS: dict[str, float] = {
    "crop": 0.96, "waist": 1.18, "regular": 1.42, "hip": 1.58, "tunic": 1.86, "longline": 2.1,
    "mini": 1.98, "knee-length": 2.5, "midi": 2.95, "maxi": 3.6,
}  # fmt: skip
LEG_LENGTHS: dict[str, float] = {
    "micro": 1.92, "short": 2.04, "bermuda": 2.42, "knee": 2.36, "culotte": 2.72, "capri": 2.98,
    "gaucho": 2.98, "ankle": 3.34, "full": 3.58,
}  # fmt: skip
SKIRT_LENGTHS: dict[str, float] = {"mini": 1.78, "knee-length": 2.36, "midi": 2.82, "maxi": 3.56}


def _finish_body(tailor: Tailor, torso: Torso) -> None:
    details.draw_closure(tailor, torso)
    details.draw_collar(tailor, torso)
    pockets.draw_pockets(tailor, torso)
    adornments.draw_graphic(tailor, torso)


def _rib_hem(tailor: Tailor, torso: Torso, *, depth: float = 0.14) -> None:
    y, x = torso.hem_y, torso.hem
    band = mirrored([(0, y - depth + 0.04, 1), (x * 1.0, y - depth), (x * 0.94, y + 0.03),
                     (0, y + 0.06, 1)])  # fmt: skip
    tailor.sketch.fill(band, "trim", edge=0.22)
    for share in np.linspace(-0.9, 0.9, 9):
        tailor.sketch.fold(
            curve([(float(share) * x, y - depth), (float(share) * x * 0.96, y - depth - 0.13)]),
            0.025, 0.4,
        )  # fmt: skip


def _top(tailor: Tailor) -> None:
    """Draw everything that hangs from the shoulders in one piece."""
    hem_y = BODY_LENGTHS[tailor.option("length")]
    details.draw_hood(tailor, Torso(0.17, 0, 0.12, 0.44, 0.42, 1, 0.46, hem_y))
    if tailor.has("hem", "peplum"):
        torso = draw_body(tailor, 1.02)
        flounce(tailor, torso.waist + 0.01, 1.04, depth=0.4, spread=1.42)
        tailor.sketch.line(
            curve([(-torso.waist, 1.0), (0, 1.03, 1), (torso.waist, 1.0)]), tailor.thread, 0.014
        )
    else:
        torso = draw_body(tailor, hem_y)
    if tailor.has("hem", "ribbed"):
        _rib_hem(tailor, torso)
    elif not tailor.has("closure", "open-front") and tailor.has("hem", "straight", "none"):
        y = torso.hem_y - 0.045
        seam = curve([(-torso.hem, y), (0, y + 0.035, 1), (torso.hem, y)])
        tailor.sketch.line(seam, tailor.thread, 0.01, opacity=0.8, inside=True)
    if tailor.has("waist", "belted", "self-tie", "drawstring", "gathered", "seam"):
        y = 1.34 if tailor.has("waist line", "low") else 1.03
        adornments.draw_belt(tailor, y, torso.half_width(y))
    _finish_body(tailor, torso)
    adornments.draw_trim(tailor, torso)
    if tailor.has("slit", "side slit"):
        _side_slits(tailor, torso)
    if tailor.has("hem", "vented"):
        for side in (-1.0, 1.0):
            x = side * torso.hem * 0.88
            vent = [[x - 0.03, hem_y + 0.05], [x, hem_y - 0.2], [x + 0.03, hem_y + 0.05]]
            tailor.sketch.patch(np.array(vent, np.float32), tailor.shadow, inside=True)
    if tailor.has("finish", "topstitched"):
        _topstitch(tailor, torso)


def _side_slits(tailor: Tailor, torso: Torso) -> None:
    height = min(0.5 * (torso.hem_y - 0.9), 0.9)
    for side in (-1.0, 1.0):
        x = side * torso.hem * 0.8
        slit = np.array(
            [[x - 0.055, torso.hem_y + 0.03], [x, torso.hem_y - height],
             [x + 0.055, torso.hem_y + 0.03]],
            dtype=np.float32,
        )  # fmt: skip
        tailor.sketch.patch(slit, tailor.shadow, inside=True)


def _topstitch(tailor: Tailor, torso: Torso) -> None:
    thread = (220, 168, 98) if tailor.has("fabric", "denim", "chambray") else tailor.thread
    yoke = curve([(-torso.chest, 0.42), (0, 0.46, 1), (torso.chest, 0.42)])
    tailor.sketch.stitches(yoke, thread)
    for side in (-1.0, 1.0):
        seam = curve([(side * 0.24, 0.46), (side * 0.2, torso.hem_y - 0.1)])
        tailor.sketch.line(seam, tailor.thread, 0.012, inside=True)
        tailor.sketch.stitches(seam + np.array([0.03, 0], np.float32), thread)


def _dress(tailor: Tailor) -> None:
    """Draw a bodice with a skirt, or a straight dress cut in one."""
    if tailor.has("skirt", "none"):
        _top(tailor)
        return
    seam_y = 1.36 if tailor.has("waist line", "drop") else 0.8 if tailor.has(
        "waist line", "empire") else 1.0  # fmt: skip
    hem_y = SKIRT_LENGTHS[tailor.option("length")] + (
        0.16 if tailor.has("length", "mini") else 0.06
    )
    waist = 0.4 if seam_y > 1.2 else 0.36
    draw_skirt(tailor, hem_y, top=seam_y - 0.03, waist=waist)
    torso = draw_body(_upper_part(tailor), seam_y)
    line = curve([(-torso.hem, seam_y), (0, seam_y + 0.03, 1), (torso.hem, seam_y)])
    tailor.sketch.line(line, tailor.thread, 0.012)
    _finish_body(tailor, torso)
    if not tailor.has("trim", "contrast trim", "ruffle hem", "fringe", "lace", "pom-pom"):
        adornments.draw_trim(tailor, torso)
    else:
        half = _hem_half(tailor, hem_y)
        low = Torso(0.2, 0, torso.depth, torso.chest, torso.waist, 1.0, half, hem_y + 0.02)
        adornments.draw_trim(tailor, low)
    if tailor.has("waist", "belted", "self-tie", "drawstring", "gathered"):
        adornments.draw_belt(tailor, seam_y, torso.half_width(seam_y) + 0.012)


def _upper_part(tailor: Tailor) -> Tailor:
    """Return the same drawing with options that shape only the bodice."""
    options = {**tailor.options, "hem": "plain", "fit": "fitted", "slit": "none"}
    return Tailor(options, tailor.rng, tailor.main, tailor.second, tailor.arm, tailor.bend,
                  tailor.sketch)  # fmt: skip


def _hem_half(tailor: Tailor, hem_y: float) -> float:
    """Return the half width of what was drawn down at the hem."""
    reach = [
        float(mark.path[:, 0].max())
        for mark in tailor.sketch.marks
        if float(mark.path[:, 1].max()) > hem_y - 0.12
    ]
    return max(reach, default=0.4)


def _skirt(tailor: Tailor) -> None:
    hem_y = SKIRT_LENGTHS[tailor.option("length")]
    half = draw_skirt(tailor, hem_y)
    waistband(tailor, tailor.option("band"))
    if tailor.has("pocket", "jeans", "slant", "cargo", "zip"):
        pockets.draw_trouser_pockets(tailor, 0.36, hem_y)
    low = Torso(0.2, 0, 0.9, 0.4, 0.36, 1.0, half, hem_y)
    if tailor.has("closure", "button-front", "zip"):
        details.draw_closure(tailor, Torso(0, 0, 1.05, 0.4, 0.36, 1, half, hem_y))
    if tailor.has("waist", "belted", "self-tie", "drawstring"):
        adornments.draw_belt(tailor, 1.06, 0.375)
    if not tailor.has("trim", "embroidered", "none"):
        adornments.draw_trim(tailor, low)
    if tailor.has("finish", "distressed"):
        adornments.draw_rips(tailor, hem_y, knees=False)


def _bottoms(tailor: Tailor) -> None:
    hem_y = LEG_LENGTHS[tailor.option("length")]
    half = draw_legs(tailor, hem_y)
    sketch = tailor.sketch
    centre = _leg_middle(tailor, hem_y, half)
    if tailor.has("hem", "frayed"):
        adornments.fringe_denim(tailor, hem_y, half)
    if tailor.has("hem", "cuffed", "ribbed cuff"):
        ribbed = tailor.has("hem", "ribbed cuff")
        depth = 0.2 if ribbed else 0.13
        wide = 0.94 if ribbed else 1.08
        band = curve(
            [(centre - half * wide, hem_y - depth), (centre + half * wide, hem_y - depth - 0.01),
             (centre + half * wide * 0.98, hem_y + 0.02),
             (centre - half * wide * 0.98, hem_y + 0.03)],
            closed=True,
        )  # fmt: skip
        sketch.fill_pair(band, "trim" if ribbed else "main", tone=1.0 if ribbed else 1.12)
    if tailor.has("trim", "side stripe"):
        outer = curve([(0.34, 1.12), (0.44, 1.45, 1), (centre + half * 0.72, hem_y)])
        stripe = np.concatenate([outer, (outer + np.array([0.075, 0], np.float32))[::-1]])
        sketch.fill_pair(stripe, "second", inside=True)
    if tailor.has("trim", "knee patch"):
        patch = ellipse(0.285, 2.5, 0.085, 0.22, steps=20)
        sketch.fill_pair(patch, "second", inside=True, edge=0.25)
    if tailor.has("trim", "ankle slit"):
        for side in (-1.0, 1.0):
            x = side * (centre + half * 0.55)
            notch = np.array([[x - 0.03, hem_y + 0.03], [x, hem_y - 0.2], [x + 0.03, hem_y + 0.03]])
            sketch.patch(notch.astype(np.float32), tailor.shadow, inside=True)
    if tailor.has("trim", "ankle zip"):
        for side in (-1.0, 1.0):
            x = side * (centre + half * 0.5)
            line = np.array([[x, hem_y], [x - side * 0.01, hem_y - 0.4]], dtype=np.float32)
            sketch.line(line, tailor.shadow, 0.05)
            sketch.line(line, tailor.metal, 0.022)
    if tailor.has("finish", "creased", "pleated"):
        crease = curve([(0.2, 1.16), (0.24, 2.2, 1), (centre, hem_y - 0.02)])
        for side in (-1.0, 1.0):
            sketch.line(crease * np.array([side, 1], np.float32), tailor.thread, 0.013, inside=True)
    if tailor.has("finish", "pleated"):
        for x in (0.13, 0.2, 0.27):
            for side in (-1.0, 1.0):
                line = np.array([[side * x, 1.1], [side * (x + 0.03), 1.62]], dtype=np.float32)
                sketch.line(line, tailor.thread, 0.015)
                sketch.fold(line + np.array([0.02, 0], np.float32), 0.04, 0.55)
    waistband(tailor, tailor.option("band"))
    pockets.draw_trouser_pockets(tailor, 0.36, hem_y)
    if tailor.has("finish", "distressed"):
        adornments.draw_rips(tailor, hem_y)
    if tailor.has("finish", "faded"):
        for side in (-1.0, 1.0):
            sketch.fold(curve([(side * 0.24, 1.6), (side * 0.27, 2.7)]), 0.16, -0.95)
    if tailor.has("waist", "drawstring", "lace-up"):
        adornments.draw_cord(tailor, 1.06)
    elif tailor.has("waist", "belted", "self-tie"):
        adornments.draw_belt(tailor, 1.045, 0.372)
    if tailor.has("waist", "lace-up"):
        _swim_fly(tailor)
    if tailor.has("trim", "bow"):
        adornments.bow(tailor, 0.0, 1.06, 0.16)
    if tailor.has("trim", "lace", "pom-pom"):
        low = Torso(0.2, 0, 0.9, 0.4, 0.36, 1.0, centre + half, hem_y)
        adornments.draw_trim(tailor, low)


def _leg_middle(tailor: Tailor, hem_y: float, half: float) -> float:
    middle = float(np.interp(hem_y, (1.7, 3.6), (0.24, 0.29)))
    if hem_y < 2.5:
        return max(middle, half + 0.025)
    return max(middle, half + 0.015) if tailor.has("leg", "wide", "culotte", "gaucho") else middle


def _swim_fly(tailor: Tailor) -> None:
    for y in (1.15, 1.22, 1.29):
        for side in (-1.0, 1.0):
            tailor.sketch.patch(ellipse(side * 0.04, y, 0.014, 0.014, steps=8), tailor.metal)
        cross = np.array([[-0.04, y], [0.04, y + 0.05]], dtype=np.float32)
        tailor.sketch.line(cross, tailor.contrast, 0.018)


def _jumpsuit(tailor: Tailor) -> None:
    """Draw a bodice that goes over into trousers or shorts."""
    details.draw_hood(tailor, Torso(0.17, 0, 0.12, 0.44, 0.42, 1, 0.46, 1.0))
    hem_y = LEG_LENGTHS[tailor.option("length")]
    whole = {**tailor.options, "body": "full"}
    lower = Tailor(whole, tailor.rng, tailor.main, tailor.second, tailor.arm, tailor.bend,
                   tailor.sketch)  # fmt: skip
    half = draw_legs(lower, hem_y, top=0.98, waist=0.37)
    centre = _leg_middle(tailor, hem_y, half)
    if tailor.has("hem", "cuffed", "ribbed cuff"):
        band = curve(
            [(centre - half, hem_y - 0.13), (centre + half, hem_y - 0.14),
             (centre + half * 0.96, hem_y + 0.02), (centre - half * 0.96, hem_y + 0.03)],
            closed=True,
        )  # fmt: skip
        tailor.sketch.fill_pair(band, "trim" if tailor.has("hem", "ribbed cuff") else "main")
    if tailor.has("hem", "feet"):
        for side in (-1.0, 1.0):
            foot = curve(
                [(0.19, 3.42), (0.4, 3.42), (0.47, 3.62, 1), (0.42, 3.78, 1), (0.22, 3.79, 1),
                 (0.13, 3.66, 1)],
                closed=True,
            )  # fmt: skip
            tailor.sketch.fill(foot * np.array([side, 1], np.float32), "main", tone=0.98)
            sole = curve([(0.14, 3.72), (0.3, 3.81, 1), (0.46, 3.7)])
            tailor.sketch.line(sole * np.array([side, 1], np.float32), tailor.thread, 0.02)
    torso = draw_body(_upper_part(tailor) if tailor.has("fit", "fitted") else tailor, 1.0)
    bottom = 1.5 if tailor.has("closure", "zip") else 1.0
    _finish_body(tailor, replace(torso, hem_y=bottom))
    if tailor.has("waist", "none"):
        seam = curve([(-torso.hem, 1.0), (0, 1.03, 1), (torso.hem, 1.0)])
        if not tailor.has("hem", "feet"):
            tailor.sketch.line(seam, tailor.thread, 0.014)
    else:
        adornments.draw_belt(tailor, 1.02, torso.hem)
    pockets.draw_trouser_pockets(tailor, 0.37, hem_y)
    if tailor.has("trim", "lace", "pom-pom"):
        low = Torso(0.2, 0, 0.9, 0.4, 0.36, 1.0, centre + half, hem_y)
        adornments.draw_trim(tailor, low)
    else:
        adornments.draw_trim(tailor, torso)
    if tailor.has("trim", "ears"):
        for side in (-1.0, 1.0):
            ear = ellipse(side * 0.24, -0.58, 0.12, 0.13, steps=16)
            tailor.sketch.fill(ear, "main", layer="back")
            inner = ellipse(side * 0.24, -0.57, 0.065, 0.075, steps=12)
            tailor.sketch.fill(inner, "second", layer="back")


def _kimono(tailor: Tailor) -> None:
    _top(tailor)
    hem_y = BODY_LENGTHS[tailor.option("length")]
    for side in (-1.0, 1.0):
        band = np.array(
            [[0.155, 0.0], [0.2, 0.0], [0.16, 0.55], [0.215, hem_y + 0.02], [0.155, hem_y + 0.03],
             [0.1, 0.55]],
            dtype=np.float32,
        )  # fmt: skip
        tailor.sketch.fill(band * np.array([side, 1], np.float32), "second", inside=True)
    if tailor.has("trim", "kimono fringe"):
        half = _hem_half(tailor, hem_y)
        for side in (-1.0, 1.0):
            edge = np.array(
                [[side * 0.17, hem_y + 0.02], [side * min(half, 0.56), hem_y]], np.float32
            )
            fringe(tailor, edge, length=0.28)


ASSEMBLIES: dict[str, Callable[[Tailor], None]] = {
    "top": _top, "dress": _dress, "skirt": _skirt, "legs": _bottoms, "jumpsuit": _jumpsuit,
    "kimono": _kimono, "poncho": wraps.draw_poncho, "sarong": wraps.draw_sarong,
    "caftan": wraps.draw_caftan,
}  # fmt: skip


def assemble(tailor: Tailor, category: str) -> None:
    """Draw a garment of a category onto the tailor's sketch."""
    from modiste.data.demo_shop.wardrobe import WARDROBE

    ASSEMBLIES[WARDROBE[category].cut](tailor)
