import numpy as np
import pytest
from painted_photos import VOCABULARY, painted_photos

from modiste.attribute_model.feature_cache import CacheRoomError, FeatureCache
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_photos import CachedViews, PhotoBatches, PhotoReader, PixelViews

pytestmark = [
    pytest.mark.network,
    # TensorFlow's variables do not follow NumPy 2's protocol yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIZE = 32


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return painted_photos(tmp_path_factory.mktemp("painted") / "shop", n_items=8)


@pytest.fixture(scope="module")
def frozen():
    import keras

    image = keras.Input((SIZE, SIZE, 3))
    return keras.Model(image, [keras.layers.AveragePooling2D(8)(image)])


@pytest.fixture
def reader(dataset):
    labels = PhotoLabels.of(dataset.photos, VOCABULARY)
    return PhotoReader(dataset, dataset.photos, labels, SIZE)


def epoch_of(batches):
    """Return the inputs and targets of an epoch, batch after batch."""
    found = [batches[i] for i in range(len(batches))]
    return [array for inputs, targets in found for array in (inputs, *targets.values())]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_batches_follow_from_seed_epoch_and_place(reader, tmp_path):
    views = PixelViews(reader, FeatureCache(tmp_path))
    first, second = (PhotoBatches(views, reader.labels, 4, seed=3) for _ in range(2))
    for _ in range(2):
        first.on_epoch_end()
    second.start_epoch(2)
    assert first.epoch == second.epoch == 2
    third = epoch_of(first)
    assert same(third, epoch_of(second))
    second.start_epoch(1)
    assert not same(third, epoch_of(second))
    assert not same(third, epoch_of(PhotoBatches(views, reader.labels, 4, seed=4)))


def test_without_a_seed_every_epoch_is_the_same(reader, tmp_path):
    views = PixelViews(reader, FeatureCache(tmp_path))
    batches = PhotoBatches(views, reader.labels, 4, seed=None)
    first = epoch_of(batches)
    batches.on_epoch_end()
    assert same(first, epoch_of(batches))


def test_cached_features_are_those_of_the_view(reader, frozen, tmp_path):
    views = CachedViews(reader, FeatureCache(tmp_path), frozen, n_views=3)
    rows = np.array([5, 2])
    (kept,), boxes = views.batch(rows, None)
    assert kept.dtype == np.float16
    np.testing.assert_array_equal(boxes, reader.labels.box[rows])
    (pixels,) = reader.pixels([(row, reader.view(row, 0)) for row in (5, 2)], 2, None, "")
    np.testing.assert_allclose(kept, np.asarray(frozen(pixels.astype(np.float32))), rtol=1e-3)


def test_each_view_has_its_own_box(reader, frozen, tmp_path):
    views = CachedViews(reader, FeatureCache(tmp_path), frozen, n_views=3)
    rows = np.arange(12)
    numbers = np.random.default_rng(7).integers(3, size=12).tolist()
    assert set(numbers) == {0, 1, 2}
    _, boxes = views.batch(rows, np.random.default_rng(7))
    expected = [
        reader.view(row, number).box(reader.box(row))
        for row, number in zip(rows.tolist(), numbers, strict=True)
    ]
    np.testing.assert_allclose(boxes, expected, atol=1e-6)


def test_a_photo_without_a_box_keeps_none_in_any_view(reader, frozen, tmp_path):
    bare = len(reader) - 1
    assert reader.box(bare) is None
    views = CachedViews(reader, FeatureCache(tmp_path), frozen, n_views=3)
    for seed in range(5):
        _, boxes = views.batch(np.array([bare]), np.random.default_rng(seed))
        assert boxes.tolist() == [[-1.0] * 4]


def test_features_that_do_not_fit_are_refused_before_any_is_computed(reader, frozen, tmp_path):
    told = []
    with pytest.raises(CacheRoomError, match="fewer views"):
        CachedViews(
            reader,
            FeatureCache(tmp_path, max_bytes=1000),
            frozen,
            n_views=3,
            progress=lambda *step: told.append(step),
        )
    assert told == []
