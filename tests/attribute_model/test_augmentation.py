import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.attribute_model.augmentation import View, random_view

SIZE = 64


def photo_with_box(box, height=120, width=90):
    pixels = np.full((height, width, 3), 40, dtype=np.uint8)
    x1, y1, x2, y2 = (round(e * s) for e, s in zip(box, (width, height) * 2, strict=True))
    pixels[y1:y2, x1:x2] = 220
    return pixels, (x1 / width, y1 / height, x2 / width, y2 / height)


def measured_box(pixels):
    bright = pixels.mean(axis=2) > 130
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    size = len(pixels)
    return (columns[0] / size, rows[0] / size, (columns[-1] + 1) / size, (rows[-1] + 1) / size)


@given(
    seed=st.integers(0, 2**32 - 1),
    x1=st.floats(0, 0.6),
    y1=st.floats(0, 0.6),
    width=st.floats(0.2, 0.4),
    height=st.floats(0.2, 0.4),
)
def test_the_box_is_where_the_pixels_say(seed, x1, y1, width, height):
    photo, box = photo_with_box((x1, y1, x1 + width, y1 + height))
    view = random_view(np.random.default_rng(seed), box)
    seen = view.pixels(photo, SIZE)
    assert seen.shape == (SIZE, SIZE, 3)
    assert seen.dtype == np.uint8
    np.testing.assert_allclose(view.box(box), measured_box(seen), atol=2.5 / SIZE)


def test_the_plain_view_changes_nothing():
    photo, box = photo_with_box((0.25, 0.25, 0.75, 0.5), height=SIZE, width=SIZE)
    assert View().box(box) == box
    np.testing.assert_array_equal(View().pixels(photo, SIZE), photo)


def test_a_box_that_leaves_the_window_is_cut_at_its_edge():
    view = View(window=(0.5, 0.0, 1.0, 1.0))
    assert view.box((0.25, 0.25, 0.75, 0.5)) == pytest.approx((0.0, 0.25, 0.5, 0.5))


def test_without_a_box_little_is_cut_off():
    for seed in range(20):
        x1, y1, x2, y2 = random_view(np.random.default_rng(seed), None).window
        assert max(x1, y1) <= 0.15
        assert min(x2, y2) >= 0.85


def test_some_views_fit_the_garment_closely():
    box = (0.3, 0.4, 0.6, 0.8)
    views = [random_view(np.random.default_rng(seed), box) for seed in range(60)]
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (view.box(box) for view in views)]
    assert 5 < sum(area > 0.85 for area in areas) < 40


def test_the_same_seed_gives_the_same_view():
    first, second = (random_view(np.random.default_rng(3), None) for _ in range(2))
    assert first == second
