import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.attribute_model.second_look import MIN_SIDE, crop_around, in_photo

SIDES = st.floats(0, 1, width=32)


def box(*edges):
    return np.array(edges, dtype=np.float32)


def test_a_tenth_of_each_side_is_left_around_the_box():
    assert crop_around(box(0.25, 0.5, 0.75, 0.75)) == pytest.approx((0.2, 0.475, 0.8, 0.775))
    assert crop_around(box(0.0, 0.0, 0.5, 0.95)) == pytest.approx((0.0, 0.0, 0.55, 1.0))


def test_a_sliver_is_looked_at_with_its_surroundings():
    assert crop_around(box(0.49, 0.1, 0.51, 0.9)) == pytest.approx((0.4, 0.02, 0.6, 0.98))
    assert crop_around(box(0.98, 0.0, 1.0, 1.0)) == pytest.approx((0.8, 0.0, 1.0, 1.0))


@pytest.mark.parametrize(
    "edges", [(0, 0, 1, 1), (0.05, 0.05, 0.95, 0.95), (0.5, 0, 0.5, 1), (0.6, 0, 0.4, 1)]
)
def test_the_whole_photo_and_no_box_at_all_need_no_second_look(edges):
    assert crop_around(box(*edges)) is None
    assert crop_around(box(np.nan, 0, 1, 1)) is None


def test_a_box_of_a_crop_is_one_of_the_photo():
    crop = (0.2, 0.0, 0.6, 0.5)
    assert in_photo(box(0, 0, 1, 1), crop) == pytest.approx(crop)
    assert in_photo(box(0.25, 0.5, 0.5, 1), crop) == pytest.approx((0.3, 0.25, 0.4, 0.5))


@given(SIDES, SIDES, SIDES, SIDES)
def test_a_crop_holds_the_box_and_stays_inside(x1, y1, x2, y2):
    found = crop_around(box(x1, y1, x2, y2))
    if found is None:
        return
    left, top, right, bottom = found
    assert 0 <= left <= x1 < x2 <= right <= 1
    assert 0 <= top <= y1 < y2 <= bottom <= 1
    assert min(right - left, bottom - top) >= MIN_SIDE - 1e-9
