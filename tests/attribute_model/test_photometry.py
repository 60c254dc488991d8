import numpy as np
import pytest

from modiste.attribute_model.photometry import Photometry


@pytest.fixture
def view():
    return np.random.default_rng(0).integers(60, 190, (48, 48, 3)).astype(np.uint8)


def test_nothing_changes_by_default(view):
    np.testing.assert_array_equal(Photometry().applied(view), view)


def test_the_given_pixels_stay(view):
    before = view.copy()
    loud = Photometry(0.1, 1.1, 1.2, (1.1, 1.0, 0.9), 1.2, 1.0, 0.1, 50, (0.1, 0.1, 0.4, 0.4))
    assert (loud.applied(view) != before).any()
    np.testing.assert_array_equal(view, before)


def test_brightness_is_a_share_of_white(view):
    assert np.mean(Photometry(brightness=0.1).applied(view)) == pytest.approx(view.mean() + 25.5, 1)


def test_contrast_spreads_values_about_mid_grey():
    values = np.array([[[55, 127, 200]]], dtype=np.uint8).repeat(20, 0).repeat(20, 1)
    assert Photometry(contrast=1.5).applied(values)[0, 0].tolist() == [19, 127, 236]


def test_gamma_keeps_black_and_white():
    values = np.array([[[0, 100, 255]]], dtype=np.uint8).repeat(20, 0).repeat(20, 1)
    black, middle, white = Photometry(gamma=1.3).applied(values)[0, 0].tolist()
    assert (black, white) == (0, 255)
    assert middle < 100


def test_white_balance_moves_one_channel(view):
    seen = Photometry(white_balance=(1.1, 1.0, 1.0)).applied(view)
    assert (seen[..., 0] > view[..., 0]).all()
    np.testing.assert_array_equal(seen[..., 1:], view[..., 1:])


def test_no_saturation_is_grey(view):
    seen = Photometry(saturation=0.0).applied(view)
    assert (seen.max(axis=2) == seen.min(axis=2)).all()


def test_noise_has_the_spread_asked_for(view):
    change = Photometry(noise=0.04).applied(view).astype(float) - view
    assert change.std() == pytest.approx(0.04 * 255, rel=0.05)
    assert abs(change.mean()) < 0.5
    other = Photometry(noise=0.04, noise_seed=1).applied(view)
    assert (other.astype(float) - view != change).any()


def test_blur_and_jpeg_smooth(view):
    def roughness(pixels):
        return np.abs(np.diff(pixels.astype(float), axis=0)).mean()

    assert roughness(Photometry(blur_px=1.0).applied(view)) < 0.5 * roughness(view)
    assert roughness(Photometry(jpeg_quality=20).applied(view)) < 0.8 * roughness(view)


def test_a_part_is_painted_over(view):
    seen = Photometry(erased=(0.25, 0.5, 0.5, 0.75)).applied(view)
    assert (seen[24:36, 12:24] == 128).all()
    np.testing.assert_array_equal(seen[:24], view[:24])
