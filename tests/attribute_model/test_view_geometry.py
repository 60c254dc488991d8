import numpy as np
import pytest

from modiste.attribute_model.view_geometry import Geometry
from modiste.data.images import crop_and_resize


def squares(height=96, width=128):
    y, x = np.indices((height, width))
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[..., 0], pixels[..., 1] = x * 255 // width, y * 255 // height
    return pixels


def test_a_box_that_leaves_the_window_is_cut_at_its_edge():
    geometry = Geometry(window=(0.5, 0.0, 1.0, 1.0))
    assert geometry.box((0.25, 0.25, 0.75, 0.5)) == pytest.approx((0.0, 0.25, 0.5, 0.5))


def test_a_box_outside_the_view_has_no_area():
    assert Geometry(window=(0.5, 0.0, 1.0, 1.0)).box((0.1, 0.1, 0.3, 0.3)) == (0, 0, 0, 0)


def test_a_mirror_changes_left_and_right():
    geometry = Geometry(mirrored=True)
    assert geometry.box((0.1, 0.2, 0.4, 0.6)) == pytest.approx((0.6, 0.2, 0.9, 0.6))
    plain = crop_and_resize(squares(), 32)
    np.testing.assert_array_equal(geometry.pixels(squares(), 32), plain[:, ::-1])


def test_a_quarter_turn_moves_the_top_to_the_right():
    geometry = Geometry(angle=90.0)
    assert geometry.box((0.0, 0.0, 1.0, 0.25)) == pytest.approx((0.75, 0.0, 1.0, 1.0))
    turned = np.rot90(crop_and_resize(squares(), 48), -1).astype(int)
    assert np.abs(geometry.pixels(squares(), 48)[1:-1, 1:-1] - turned[1:-1, 1:-1]).max() <= 4


def test_what_a_turn_moves_out_of_view_does_not_widen_the_box():
    # Of the box's four corners, turned, one lies above the view: the edge there counts.
    box = Geometry(window=(0.0, 0.4, 1.0, 1.0), angle=30.0).box((0.0, 0.0, 0.3, 1.0))
    corners = np.array([[0, 0, 1], [0.3, 0, 1], [0.3, 1, 1], [0, 1, 1]])
    moved = corners @ Geometry(window=(0.0, 0.4, 1.0, 1.0), angle=30.0).to_view.T
    assert moved[:, 0].max() > 0.9
    assert box[2] < 0.7


def test_what_is_behind_the_camera_is_cut_off():
    tilted = Geometry(window=(0.4, 0.4, 0.6, 0.6), perspective=(0.9, 0.0))
    x1, y1, x2, y2 = tilted.box((0.0, 0.0, 1.0, 1.0))
    assert (x1, y1, x2, y2) == pytest.approx((0.0, 0.0, 1.0, 1.0))


def test_perspective_makes_the_right_side_smaller():
    def height(box):
        return box[3] - box[1]

    tilted = Geometry(perspective=(0.3, 0.0))
    left, right = tilted.box((0.1, 0.4, 0.2, 0.6)), tilted.box((0.8, 0.4, 0.9, 0.6))
    assert height(right) < 0.2 < height(left)


def test_past_the_edge_is_the_colour_of_the_border():
    photo = np.full((40, 40, 3), (200, 10, 10), dtype=np.uint8)
    photo[10:30, 10:30] = 255
    seen = Geometry(window=(-0.5, -0.5, 1.5, 1.5)).pixels(photo, 80)
    assert (seen[:18] == (200, 10, 10)).all()
    assert (seen[35:45, 35:45] == 255).all()


def test_a_turned_view_of_a_large_photo_does_not_alias():
    # Lines of one pixel are grey from afar; sampled without averaging they stay black or white.
    lines = np.zeros((600, 600, 3), dtype=np.uint8)
    lines[::2] = 255
    seen = Geometry(angle=7.0).pixels(lines, 60)
    assert np.abs(seen[12:-12, 12:-12].astype(int) - 127).max() < 12
