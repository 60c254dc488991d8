import json
from dataclasses import replace

import numpy as np
import pytest
from painted_photos import VOCABULARY, painted_photos

from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.feature_cache import FeatureCache
from modiste.attribute_model.network import OUTPUTS, build_parts
from modiste.attribute_model.runtime import Detector
from modiste.data.images import decode
from modiste.errors import DatasetError
from modiste.training.network import FitOptions, fit_network, pixel_batches
from modiste.training.network_labels import PhotoLabels

pytestmark = [
    pytest.mark.network,
    # TensorFlow's variables do not follow NumPy 2's protocol yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIZE = 32
CONFIG = NetworkConfig("MobileNet", None, SIZE, alpha=0.25, embedding_size=16)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return painted_photos(tmp_path_factory.mktemp("painted") / "shop", n_items=40)


@pytest.fixture(scope="module")
def fitted(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fitted")
    told = []
    options = FitOptions(epochs=12, batch_size=16, learning_rate=3e-3, cache_dir=folder / "cache")
    fit = fit_network(
        dataset,
        folder / "network",
        CONFIG,
        options,
        variants=("float32", "int8"),
        progress=lambda done, total, what: told.append((done, total, what)),
    )
    return folder, fit, told


@pytest.fixture
def no_export(monkeypatch):
    """Leave out what takes most of a small fit's time; `fitted` has it."""
    monkeypatch.setattr("modiste.training.network.export_network", lambda *_, **__: {})
    monkeypatch.setattr("modiste.training.network.describe_network", lambda *_, **__: None)


def test_the_fit_learns_colours_and_says_how_well(fitted):
    _, fit, told = fitted
    assert fit.curves["loss"][-1] < 0.7 * fit.curves["loss"][0]
    assert len(fit.curves["score"]) == 12
    assert fit.metrics["attribute_recall_top_3"] == 1.0
    assert fit.metrics["first_of_type_recall_style"] >= 0.75
    assert fit.curves["score"][fit.best_epoch - 1] == max(fit.curves["score"])
    assert (12, 12) in [(done, total) for done, total, what in told if "epoch" in what]


def test_what_was_written_serves(fitted, dataset):
    folder, fit, _ = fitted
    network = folder / "network"
    published = {found["file"] for found in fit.export.values() if found["published"]}
    assert "network.onnx" in published
    own = {"network.weights.h5", "network.json"}
    assert {path.name for path in network.iterdir()} == published | own
    described = json.loads((network / "network.json").read_text())
    assert described["metrics"] == fit.metrics
    assert described["vocabulary_fingerprint"] == VOCABULARY.fingerprint
    val = dataset.photos[dataset.photos.split == "val"]
    photos = [decode(dataset.image_path(image)) for image in val.image]
    detector = Detector.load(network, VOCABULARY)
    garments = detector.detect(photos)
    own = [VOCABULARY.attribute_index[names[0]] for names in val.attributes]
    right = [g.attribute_scores[:2].argmax() == i for g, i in zip(garments, own, strict=True)]
    assert np.mean(right) == pytest.approx(fit.metrics["first_of_type_recall_style"])


def test_the_weights_rebuild_the_network(fitted, dataset):
    folder = fitted[0]
    parts = build_parts(CONFIG, VOCABULARY)
    parts.network.load_weights(folder / "network" / "network.weights.h5")
    pixels = decode(dataset.image_path(dataset.photos.image[0]))
    detector = Detector.load(folder / "network", VOCABULARY)
    (garment,) = detector.detect([pixels])
    from modiste.data.images import crop_and_resize

    answer = parts.network(crop_and_resize(pixels, SIZE)[None].astype(np.float32))
    np.testing.assert_allclose(garment.embedding, answer["embedding"][0], atol=1e-3)


def test_frozen_features_are_kept_between_fits(fitted, dataset, tmp_path, no_export):
    folder = fitted[0]
    before = sorted((folder / "cache").rglob("*.npy"))
    assert before
    told = []
    options = FitOptions(epochs=1, batch_size=16, cache_dir=folder / "cache")
    fit_network(
        dataset, tmp_path, CONFIG, options, progress=lambda done, total, what: told.append(what)
    )
    assert sorted((folder / "cache").rglob("*.npy")) == before
    assert all("epochs" in what for what in told)


def test_the_same_seed_gives_the_same_network(dataset, tmp_path, no_export):
    heads = replace(CONFIG, trainable_layers=0)
    options = FitOptions(epochs=1, batch_size=16, seed=5, cache_dir=tmp_path / "cache")
    first, second = (
        fit_network(dataset, tmp_path / name, heads, options) for name in ("first", "second")
    )
    assert first.metrics == second.metrics
    assert first.curves == second.curves


def test_a_fit_in_mixed_precision_answers_in_float32(dataset, tmp_path, no_export):
    options = FitOptions(
        epochs=1, batch_size=16, precision="mixed_bfloat16", cache_dir=tmp_path / "cache"
    )
    fit = fit_network(dataset, tmp_path / "out", CONFIG, options)
    assert np.isfinite(fit.curves["loss"]).all()
    again = build_parts(CONFIG, VOCABULARY).network
    again.load_weights(tmp_path / "out" / "network.weights.h5")
    answers = again(np.full((2, SIZE, SIZE, 3), 127, dtype=np.float32))
    assert {np.asarray(x).dtype for x in answers.values()} == {np.dtype("float32")}


def test_everything_can_be_fitted_from_the_pixels(dataset, tmp_path, no_export):
    config = NetworkConfig(
        "MobileNet", None, SIZE, alpha=0.25, embedding_size=16, trainable_layers=-1
    )
    fit = fit_network(dataset, tmp_path, config, FitOptions(epochs=2, batch_size=16))
    assert fit.curves["loss"][1] < fit.curves["loss"][0]


def test_views_move_the_boxes_and_val_stays_plain(dataset, tmp_path):
    options = FitOptions(batch_size=8)
    cache = FeatureCache(tmp_path)
    train = pixel_batches(dataset, "train", cache, SIZE, options)
    val = pixel_batches(dataset, "val", cache, SIZE, options)
    for batches, moved in ((train, True), (val, False)):
        seen = np.concatenate([batches[i][1]["box"] for i in range(len(batches))])
        plain = {tuple(box) for box in batches.labels.box.tolist()}
        assert ({tuple(box) for box in seen.tolist()} != plain) == moved


def test_photos_of_one_item_come_together(dataset, tmp_path):
    options = FitOptions(batch_size=8)
    train = pixel_batches(dataset, "train", FeatureCache(tmp_path), SIZE, options)
    first = [train[i][1]["embedding"][:, 0].tolist() for i in range(len(train))]
    items = [item for batch in first for item in batch if item >= 0]
    assert items[::2] == items[1::2] or abs(len(items) - 2 * len(set(items))) == 0
    train.on_epoch_end()
    second = [train[i][1]["embedding"][:, 0].tolist() for i in range(len(train))]
    assert first != second


def test_labels_tell_unknown_from_absent(dataset):
    labels = PhotoLabels.of(dataset.photos, VOCABULARY)
    assert labels.attributes[0].tolist() == [1, 0, -1]
    assert labels.category[-1] == -1
    assert labels.item[-1] == -1
    assert labels.box[-1].tolist() == [-1] * 4
    assert labels.attributes[-1].tolist() == [-1] * 3
    assert tuple(labels.targets()) == OUTPUTS


def test_a_dataset_without_training_photos_is_refused(dataset, tmp_path):
    none = replace(dataset, photos=dataset.photos[dataset.photos.split == "val"])
    with pytest.raises(DatasetError, match="whose split is 'train'"):
        fit_network(none, tmp_path, CONFIG)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1. Received: 0"),
        ({"learning_rate": -1.0}, "must not be negative. Received: -1.0"),
        ({"loss_weights": {"box": 1.0}}, "one number for each of category, box"),
    ],
)
def test_options_out_of_range_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        FitOptions(**values)
