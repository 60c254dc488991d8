import hashlib
from dataclasses import replace

import numpy as np
import pytest
from painted_photos import VOCABULARY, painted_photos

from modiste.attribute_model.augmentation import AugmentationConfig
from modiste.data.images import crop_and_resize, decode
from modiste.errors import DatasetError
from modiste.training.network_labels import PhotoLabels
from modiste.training.photo_reader import PhotoReader, spread_rows

SIZE = 32


@pytest.fixture
def dataset(tmp_path):
    return painted_photos(tmp_path / "shop", n_items=6)


def reader_of(dataset, **options):
    labels = PhotoLabels.of(dataset.photos, VOCABULARY)
    return PhotoReader(dataset, dataset.photos, labels, SIZE, **options)


def moved_boxes(reader):
    box = reader.labels.box + np.where(reader.labels.box >= 0, 0.01, 0).astype(np.float32)
    reader.labels = replace(reader.labels, box=box)
    return reader


def test_a_view_follows_from_photo_box_and_number(dataset):
    first, second = reader_of(dataset), reader_of(dataset)
    assert first.view(3, 1) == second.view(3, 1)
    assert len({first.view(row, number) for row in range(3) for number in (1, 2)}) == 6
    assert moved_boxes(second).view(3, 1) != first.view(3, 1)


def test_a_key_follows_box_and_augmentation_only_where_the_view_does(dataset):
    plain, other = reader_of(dataset), reader_of(dataset, augmentation=AugmentationConfig(cut=0.1))
    for changed in (moved_boxes(reader_of(dataset)), other):
        assert changed.key(0, 0) == plain.key(0, 0)
        assert changed.key(0, 1) != plain.key(0, 1)


def test_keys_are_those_of_each_photo_and_view(dataset):
    reader = reader_of(dataset)
    keys = reader.keys(2)
    assert keys.dtype == "S32"
    assert len(set(keys.tolist())) == 2 * len(reader)
    assert keys[5] == reader.key(2, 1).rstrip(b"\0")


def test_a_photo_of_another_name_has_the_same_key(dataset):
    first, second = (dataset.image_path(dataset.photos.image[row]) for row in (0, 1))
    second.write_bytes(first.read_bytes())
    reader = reader_of(dataset)
    assert reader.key(0, 0) == reader.key(1, 0)
    assert reader.digests[0] == hashlib.sha256(first.read_bytes()).digest().rstrip(b"\0")


def test_pixels_come_in_the_order_asked_for(dataset):
    reader = reader_of(dataset)
    wanted = [(row, reader.view(row, number)) for row in (4, 1, 7) for number in (0, 1, 2)]
    told = []
    batches = list(
        reader.pixels(wanted, 4, lambda done, total, what: told.append((done, total)), "photos")
    )
    assert [len(batch) for batch in batches] == [4, 4, 1]
    assert told == [(4, 9), (8, 9), (9, 9)]
    seen = np.concatenate(batches)
    for (row, view), pixels in zip(wanted, seen, strict=True):
        photo = decode(dataset.image_path(dataset.photos.image[row]))
        np.testing.assert_array_equal(pixels, view.pixels(photo, SIZE))
    plain = decode(dataset.image_path(dataset.photos.image[4]))
    np.testing.assert_array_equal(seen[0], crop_and_resize(plain, SIZE))


def test_missing_files_are_all_named(dataset):
    for row in (1, 3):
        dataset.image_path(dataset.photos.image[row]).unlink()
    with pytest.raises(DatasetError, match="Received: 2 such photos") as raised:
        reader_of(dataset).keys(1)
    assert [problem.row for problem in raised.value.problems] == [1, 3]
    assert dataset.photos.image[3] in str(raised.value)


@pytest.mark.parametrize(("n", "wanted"), [(255, 128), (2047, 512), (5, 128), (1, 3), (0, 3)])
def test_rows_are_spread_from_the_first_to_the_last(n, wanted):
    rows = spread_rows(n, wanted)
    assert len(rows) == len(set(rows)) == min(n, wanted)
    assert rows == sorted(rows)
    if n > 1:
        assert (rows[0], rows[-1]) == (0, n - 1)
        assert np.diff(rows).max() <= -(-n // wanted) + 1


def test_a_check_names_every_photo_that_cannot_be_read(dataset):
    reader_of(dataset).check()
    path = dataset.image_path(dataset.photos.image[2])
    path.write_bytes(path.read_bytes()[:-200])
    dataset.image_path(dataset.photos.image[11]).unlink()
    told = []
    with pytest.raises(DatasetError, match="Received: 2 such photos") as raised:
        reader_of(dataset).check(lambda *step: told.append(step))
    assert [problem.row for problem in raised.value.problems] == [2, 11]
    assert told == [(len(dataset.photos), len(dataset.photos), "photos checked")]


def test_truncated_photos_found_so_far_are_named(dataset):
    for row in (1, 2, 11):
        path = dataset.image_path(dataset.photos.image[row])
        path.write_bytes(path.read_bytes()[:-200])
    reader = reader_of(dataset)
    wanted = [(row, reader.view(row, 0)) for row in range(len(reader))]
    with pytest.raises(DatasetError, match="truncated or damaged") as raised:
        list(reader.pixels(wanted, 4, None, ""))
    assert [problem.row for problem in raised.value.problems] == [1, 2]
