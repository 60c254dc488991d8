import numpy as np
import pytest
from PIL import Image

from modiste.training.curves import draw_curves

CURVES = {
    "loss": [3.0, 2.0, 1.5],
    "box_loss": [1.0, 0.8, 0.7],
    "score": [0.2, 0.5, 0.4],
    "category_top_1": [0.1, 0.6, 0.5],
}


def dashes(path):
    """Return the columns of the two lines that mark the best epoch."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    accent = np.abs(pixels - [0xB0, 0x3A, 0x48]).sum(axis=-1) < 60
    columns = np.flatnonzero(accent.sum(axis=0) > 0.3 * len(pixels))
    return [group.mean() for group in np.split(columns, np.flatnonzero(np.diff(columns) > 5) + 1)]


def test_the_best_epoch_is_marked_in_both_panels(tmp_path):
    found = {}
    for best in (1, 2, 3):
        draw_curves(tmp_path / "curves.png", CURVES, best, 3)
        found[best] = dashes(tmp_path / "curves.png")
        assert len(found[best]) == 2
    for panel in (0, 1):
        left, middle, right = (found[best][panel] for best in (1, 2, 3))
        assert middle - left == pytest.approx(right - middle, abs=2)
        assert right - left > 100


def test_the_same_curves_give_the_same_bytes(tmp_path):
    for name in ("first.png", "second.png"):
        draw_curves(tmp_path / name, CURVES, 2, 3)
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()


def test_epochs_without_figures_are_drawn_too(tmp_path):
    draw_curves(tmp_path / "curves.png", {"loss": [2.0], "score": [float("nan")]}, 1, 5)
    with Image.open(tmp_path / "curves.png") as picture:
        assert picture.size[0] > 1000
