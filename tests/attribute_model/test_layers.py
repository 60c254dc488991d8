import keras
import numpy as np
import pytest

from modiste.attribute_model.layers import BoxGrid

pytestmark = pytest.mark.network

CELLS = 16
BOX = np.array([[0.25, 0.125, 0.75, 0.625]], dtype=np.float32)


def places(x, box, rows=4, columns=3):
    return np.asarray(BoxGrid(rows, columns)(x, box)).reshape(rows, columns, -1)


def ramps():
    """Return a map whose channels are each cell's x and y, 0 to 1."""
    centres = (np.arange(CELLS, dtype=np.float32) + 0.5) / CELLS
    across, down = np.meshgrid(centres, centres)
    return np.stack([across, down], axis=-1)[None]


def test_places_lie_on_a_grid_inside_the_box():
    found = places(ramps(), BOX)
    columns = 0.25 + 0.5 * (np.arange(3) + 0.5) / 3
    rows = 0.125 + 0.5 * (np.arange(4) + 0.5) / 4
    np.testing.assert_allclose(found[..., 0], np.tile(columns, (4, 1)), atol=0.01)
    np.testing.assert_allclose(found[..., 1], np.tile(rows[:, None], (1, 3)), atol=0.01)


def test_a_garment_elsewhere_in_the_photo_gives_the_same():
    rng = np.random.default_rng(0)
    photo = rng.normal(size=(1, CELLS, CELLS, 5)).astype(np.float32)
    moved = np.roll(photo, (4, 2), axis=(1, 2))
    there = BOX + np.array([[2, 4, 2, 4]], dtype=np.float32) / CELLS
    np.testing.assert_allclose(places(moved, there), places(photo, BOX), atol=0.01)


def test_a_box_smaller_than_a_cell_is_read_from_the_cells_around_it():
    found = places(ramps(), np.array([[0.5, 0.5, 0.51, 0.51]], dtype=np.float32))
    assert np.all(np.abs(found - 0.505) < 0.05)


def test_what_is_read_does_not_move_the_box():
    box = keras.Variable(BOX)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        total = keras.ops.sum(BoxGrid(4, 3)(ramps(), box.value))
    assert tape.gradient(total, box.value) is None


def test_the_grid_is_kept_with_the_network(tmp_path):
    x, box = keras.Input((CELLS, CELLS, 2)), keras.Input((4,))
    network = keras.Model([x, box], BoxGrid(2, 5)(x, box))
    assert network.output.shape == (None, 2 * 5 * 2)
    network.save(tmp_path / "grid.keras")
    again = keras.models.load_model(tmp_path / "grid.keras")
    np.testing.assert_array_equal(again([ramps(), BOX]), network([ramps(), BOX]))
