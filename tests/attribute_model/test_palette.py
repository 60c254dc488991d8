import keras
import numpy as np
import pytest

from modiste.attribute_model.palette import ColourShares, cielab, ring_colours

pytestmark = pytest.mark.network

#: sRGB and its CIELAB under D65, from Bruce Lindbloom's calculator (www.brucelindbloom.com).
KNOWN = [
    ((0, 0, 0), (0.0, 0.0, 0.0)),
    ((255, 255, 255), (100.0, 0.0, 0.0)),
    ((255, 0, 0), (53.24, 80.09, 67.20)),
    ((0, 255, 0), (87.73, -86.18, 83.18)),
    ((0, 0, 255), (32.30, 79.19, -107.86)),
    ((3, 3, 3), (0.82, 0.0, 0.0)),
    ((128, 128, 128), (53.59, 0.0, 0.0)),
]


def told(*colours):
    cells = np.array(colours, dtype=np.float32)[None, None] / 127.5 - 1.0
    return keras.ops.convert_to_numpy(ColourShares()(cells))[0, 0]


@pytest.mark.parametrize(("rgb", "expected"), KNOWN)
def test_colours_are_measured_as_cielab_does(rgb, expected):
    found = keras.ops.convert_to_numpy(cielab(np.array(rgb, dtype=np.float32) / 255))
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_the_palette_is_what_a_screen_shows_and_holds_its_greys():
    colours = ring_colours()
    assert colours.shape == (209, 3)
    greys = colours[np.abs(colours[:, 1:]).max(axis=1) == 0]
    assert len(greys) == 8
    shown = np.random.default_rng(0).uniform(0, 1, (2000, 3)).astype(np.float32)
    lab = keras.ops.convert_to_numpy(cielab(shown))
    apart = np.linalg.norm(lab[:, None] - colours, axis=-1).min(axis=1)
    muted = np.linalg.norm(lab[:, 1:], axis=1) < 50  # as most clothes are
    assert muted.sum() > 500
    assert apart[muted].max() < 18
    assert apart.max() < 40
    assert np.unique(colours, axis=0).shape == colours.shape


def test_a_cell_is_shared_among_the_colours_near_its_own():
    shares = told((10, 10, 40), (128, 0, 0), (250, 250, 250), (20, 20, 20))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    nearest = ring_colours()[shares.argmax(axis=1)]
    given = keras.ops.convert_to_numpy(
        cielab(np.array([(10, 10, 40), (128, 0, 0), (250,) * 3, (20,) * 3], np.float32) / 255)
    )
    assert (np.linalg.norm(nearest - given, axis=1) < 15).all()


def test_colours_that_look_alike_share_more_than_ones_that_do_not():
    navy, black, blue, nearly_navy = told((15, 20, 60), (12, 12, 12), (40, 80, 220), (18, 24, 70))
    like = {
        name: np.sqrt(navy * other).sum()
        for name, other in {"black": black, "blue": blue, "nearly": nearly_navy}.items()
    }
    assert like["nearly"] > 0.8
    assert like["black"] < 0.6
    assert like["blue"] < 0.1


def test_values_past_the_photo_s_are_taken_as_the_nearest():
    assert np.isfinite(told((-30, 300, 128))).all()
    np.testing.assert_array_equal(told((-30, 300, 128)), told((0, 255, 128)))
