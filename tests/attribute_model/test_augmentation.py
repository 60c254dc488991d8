from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.attribute_model.augmentation import AugmentationConfig, View, random_view
from modiste.attribute_model.photometry import Photometry
from modiste.attribute_model.view_geometry import Geometry
from modiste.data.images import crop_and_resize

SIZE = 64
WILD = AugmentationConfig(tilt_share=1.0, angle=12.0, shear=0.15, perspective=0.3)


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


def without_erasing(view):
    # What is painted over hides the garment, but the garment stays where it is.
    return View(view.geometry, replace(view.photometry, erased=None))


@given(
    seed=st.integers(0, 2**32 - 1),
    x1=st.floats(0, 0.6),
    y1=st.floats(0, 0.6),
    width=st.floats(0.2, 0.4),
    height=st.floats(0.2, 0.4),
    sides=st.tuples(st.floats(0.9, 4.0), st.floats(0.9, 4.0)),
    size=st.sampled_from([64, 128]),
    config=st.sampled_from([AugmentationConfig(), WILD]),
)
def test_the_box_is_where_the_pixels_say(seed, x1, y1, width, height, sides, size, config):
    # Photos about as large as the view, or larger: enlarged more, a corner has no clear place.
    photo, box = photo_with_box(
        (x1, y1, x1 + width, y1 + height), *(round(side * size) for side in sides)
    )
    view = random_view(np.random.default_rng(seed), box, config)
    seen = without_erasing(view).pixels(photo, size)
    assert seen.shape == (size, size, 3)
    assert seen.dtype == np.uint8
    np.testing.assert_allclose(view.box(box), measured_box(seen), atol=1.5 / size)


def test_the_plain_view_is_what_serving_sees():
    photo = np.random.default_rng(0).integers(0, 256, (83, 131, 3)).astype(np.uint8)
    np.testing.assert_array_equal(View().pixels(photo, SIZE), crop_and_resize(photo, SIZE))
    assert View().box((0.25, 0.3, 0.75, 0.5)) == (0.25, 0.3, 0.75, 0.5)


def test_a_window_is_what_serving_sees_of_a_box():
    photo = np.random.default_rng(0).integers(0, 256, (83, 131, 3)).astype(np.uint8)
    window = (0.2, 0.1, 0.7, 0.95)
    view = View(Geometry(window))
    np.testing.assert_array_equal(view.pixels(photo, SIZE), crop_and_resize(photo, SIZE, window))


def test_without_a_box_little_is_cut_off():
    for seed in range(20):
        x1, y1, x2, y2 = random_view(np.random.default_rng(seed), None).geometry.window
        assert max(x1, y1) <= 0.15
        assert min(x2, y2) >= 0.85


def test_some_views_fit_the_garment_closely():
    box = (0.3, 0.4, 0.6, 0.8)
    views = [random_view(np.random.default_rng(seed), box) for seed in range(60)]
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (view.box(box) for view in views)]
    assert 5 < sum(area > 0.8 for area in areas) < 40


def test_some_views_show_the_photo_smaller():
    views = [random_view(np.random.default_rng(seed), None) for seed in range(100)]
    assert 5 < sum(view.geometry.window[0] < 0 for view in views) < 30


def test_a_sliver_of_a_box_still_gives_a_window():
    sliver = (0.999, 0.4, 1.0, 0.4)
    close = AugmentationConfig(close_share=1.0, wide_share=0.0)
    for seed in range(20):
        view = random_view(np.random.default_rng(seed), sliver, close)
        x1, y1, x2, y2 = view.geometry.window
        assert min(x2 - x1, y2 - y1) >= 0.049
        assert view.pixels(np.zeros((40, 40, 3), np.uint8), SIZE).shape == (SIZE, SIZE, 3)


def test_the_same_seed_gives_the_same_pixels():
    photo = np.random.default_rng(0).integers(0, 256, (83, 131, 3)).astype(np.uint8)
    loud = AugmentationConfig(noise_share=1.0, jpeg_share=1.0, blur_share=1.0, tilt_share=1.0)
    first, second = (random_view(np.random.default_rng(3), None, loud) for _ in range(2))
    assert first == second
    np.testing.assert_array_equal(first.pixels(photo, SIZE), second.pixels(photo, SIZE))
    assert random_view(np.random.default_rng(4), None, loud) != first


def test_no_strength_leaves_windows_and_mirrors():
    config = AugmentationConfig().scaled(0.0)
    for seed in range(20):
        view = random_view(np.random.default_rng(seed), None, config)
        assert view.geometry.is_upright
        assert replace(view.photometry, noise_seed=0) == Photometry()


def test_strength_scales_changes_and_stops_shares_at_one():
    config = AugmentationConfig().scaled(4.0)
    assert config.angle == 20.0
    assert config.tilt_share == 1.0
    assert config.mirror_share == AugmentationConfig().mirror_share


def test_a_config_can_keep_colours():
    grey = np.full((20, 20, 3), 90, dtype=np.uint8)
    config = AugmentationConfig(white_balance=0.0, saturation=0.0, noise_share=0.0)
    for seed in range(10):
        seen = random_view(np.random.default_rng(seed), None, config).pixels(grey, SIZE)
        assert (seen.max(axis=2) - seen.min(axis=2)).max() == 0


@pytest.mark.parametrize("values", [{"noise": -0.1}, {"tilt_share": 1.5}, {"angle": 60.0}])
def test_a_config_out_of_range_is_refused(values):
    with pytest.raises(ValueError, match=r"must lie in 0 to .* Received: "):
        AugmentationConfig(**values)
