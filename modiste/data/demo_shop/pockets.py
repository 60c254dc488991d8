"""Pockets of jackets, shirts and trousers."""

from __future__ import annotations

import numpy as np

from modiste.data.demo_shop.outlines import curve, ellipse, flipped, mirrored, rectangle
from modiste.data.demo_shop.palette import darker
from modiste.data.demo_shop.tailor import Tailor, Torso


def _patch_pocket(tailor: Tailor, x: float, y: float, w: float, h: float, flap: bool) -> None:
    sketch = tailor.sketch
    body = curve([(x - w, y), (x + w, y), (x + w, y + h * 0.85), (x, y + h), (x - w, y + h * 0.85)],
                 closed=True)  # fmt: skip
    sketch.fill(body, tone=1.13, edge=0.3, seam=1.6, inside=True)
    if flap:
        lid = curve([(x - w * 1.06, y - 0.02), (x + w * 1.06, y - 0.02), (x + w * 1.06, y + 0.1),
                     (x, y + 0.15), (x - w * 1.06, y + 0.1)], closed=True)  # fmt: skip
        sketch.fill(lid, tone=1.17, edge=0.2, seam=1.4, inside=True)
        sketch.patch(ellipse(x, y + 0.09, 0.022, 0.022, steps=10), tailor.metal)
    else:
        top = np.array([[x - w, y + 0.04], [x + w, y + 0.04]], dtype=np.float32)
        sketch.line(top, tailor.thread, 0.01)


def draw_pockets(tailor: Tailor, torso: Torso) -> None:
    """Draw the pockets of an upper body."""
    kind, sketch = tailor.option("pocket"), tailor.sketch
    low = min(torso.hem_y - 0.42, 1.32)
    wide = torso.half_width(low)
    if kind == "chest":
        _patch_pocket(tailor, 0.21, 0.5, 0.1, 0.24, flap=False)
    elif kind == "flap chest":
        for x in (-0.22, 0.22):
            _patch_pocket(tailor, x, 0.52, 0.105, 0.25, flap=True)
    elif kind == "kangaroo":
        y = torso.hem_y - 0.48
        pouch = mirrored([(0, y), (0.2, y), (0.36, y + 0.34), (0.36, y + 0.38), (0, y + 0.39)])
        sketch.fill(pouch, tone=1.1, inside=True, edge=0.3, seam=1.5)
        for side in (-1.0, 1.0):
            mouth = np.array([[side * 0.21, y + 0.01], [side * 0.36, y + 0.34]], dtype=np.float32)
            sketch.line(mouth, tailor.shadow, 0.02)
    elif kind in ("patch", "flap", "four"):
        for side in (-1.0, 1.0):
            _patch_pocket(tailor, side * wide * 0.56, low, 0.125, 0.28, flap=kind != "patch")
            if kind == "four":
                _patch_pocket(tailor, side * 0.24, 0.5, 0.1, 0.24, flap=True)
    elif kind == "welt":
        for side in (-1.0, 1.0):
            x = side * wide * 0.55
            lid = rectangle(x - 0.12, low, x + 0.12, low + 0.085)
            sketch.fill(lid, tone=1.08, inside=True, edge=0.2)
            sketch.line(lid[2:], tailor.shadow, 0.014)
        slot = np.array([[0.16, 0.56], [0.28, 0.53]], dtype=np.float32)
        sketch.line(slot, tailor.shadow, 0.024)
    elif kind == "zip":
        for side in (-1.0, 1.0):
            ends = ((side * wide * 0.72, low - 0.05), (side * wide * 0.46, low + 0.2))
            slant = np.array(ends, dtype=np.float32)
            sketch.line(slant, darker(tailor.main, 0.7), 0.05)
            sketch.line(slant, tailor.metal, 0.022)


def draw_trouser_pockets(tailor: Tailor, waist: float, hem_y: float) -> None:
    """Draw the pockets of trousers, shorts and skirts."""
    kind, sketch = tailor.option("pocket"), tailor.sketch
    denim = tailor.has("fabric", "denim")
    thread = (214, 160, 92) if denim else tailor.thread
    if kind in ("jeans", "slant", "cargo"):
        mouth = (
            curve([(waist * 0.5, 1.12), (waist * 0.66, 1.3, 1), (waist + 0.09, 1.34)])
            if kind == "jeans"
            else curve([(waist * 0.6, 1.12), (waist + 0.08, 1.42)])
        )
        for edge in (mouth, flipped(mouth)):
            sketch.line(edge, tailor.shadow, 0.014, inside=True)
            sketch.stitches(edge + np.array([0, 0.03], np.float32), thread)
        if kind == "jeans":
            for x in (waist * 0.5, waist + 0.05):
                for sign in (-1.0, 1.0):
                    rivet = ellipse(sign * x, 1.15, 0.014, 0.014, steps=8)
                    sketch.patch(rivet, (196, 142, 84), inside=True)
    if kind == "cargo":
        y = 2.05 if hem_y > 2.6 else min(1.78, hem_y - 0.38)
        for side in (-1.0, 1.0):
            _patch_pocket(tailor, side * 0.43, y, 0.13, 0.32, flap=True)
    if kind == "zip":
        for side in (-1.0, 1.0):
            slot = np.array([[side * 0.27, 1.2], [side * 0.4, 1.46]], dtype=np.float32)
            sketch.line(slot, darker(tailor.main, 0.7), 0.05)
            sketch.line(slot, tailor.metal, 0.022)
