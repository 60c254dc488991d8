import sys

import keras
import numpy as np
import pytest

from modiste.attribute_model.backbone import (
    MissingWeightsError,
    build_backbone,
    cut_point,
    narrow_points,
    preprocess,
)
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.layers import BoxMask, EdgePositions
from modiste.attribute_model.network import OUTPUTS, build_network, build_parts
from modiste.data.vocabulary import Vocabulary

pytestmark = [
    pytest.mark.network,
    # TensorFlow's variables do not follow NumPy 2's protocol yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIZE = 32
TINY = NetworkConfig("MobileNetV2", None, SIZE, alpha=0.35)
VOCABULARY = Vocabulary(
    ("Dress", "Jeans", "Tee"), ("full", "lower", "upper"), ("red", "striped"), ("style", "texture")
)


@pytest.fixture(scope="module")
def parts():
    return build_parts(TINY, VOCABULARY)


def photos(n=3):
    return np.random.default_rng(0).uniform(0, 255, (n, SIZE, SIZE, 3)).astype(np.float32)


def test_the_heads_follow_the_vocabulary(parts):
    answers = {name: np.asarray(x) for name, x in parts.network(photos()).items()}
    assert tuple(answers) == OUTPUTS
    assert {name: x.shape for name, x in answers.items()} == {
        "category": (3, 3),
        "box": (3, 4),
        "attributes": (3, 2),
        "embedding": (3, 512),
    }
    np.testing.assert_allclose(answers["category"].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(answers["embedding"], axis=1), 1, atol=1e-5)
    x1, y1, x2, y2 = answers["box"].T
    assert (x1 < x2).all()
    assert (y1 < y2).all()
    assert answers["box"].min() >= 0
    assert answers["box"].max() <= 1


def test_the_two_parts_in_a_row_are_the_network(parts):
    kept = parts.frozen(photos())
    whole, cut = parts.network(photos()), parts.trainable(kept)
    for name in OUTPUTS:
        np.testing.assert_allclose(whole[name], cut[name], atol=1e-5)


def test_the_last_twelve_layers_are_fitted_without_their_normalisation(parts):
    fitted = [layer.name for layer in parts.backbone.layers if layer.trainable and layer.weights]
    assert fitted == [
        "block_16_expand", "block_16_depthwise", "block_16_project", "Conv_1",
    ]  # fmt: skip
    assert parts.frozen.trainable_weights == []


def test_everything_can_be_fitted():
    whole = build_parts(
        NetworkConfig("MobileNetV2", None, SIZE, alpha=0.35, trainable_layers=-1), VOCABULARY
    )
    assert whole.frozen is None
    assert whole.trainable is whole.network
    assert all(layer.trainable for layer in whole.backbone.layers)


def test_no_layer_need_be_fitted():
    heads = build_parts(
        NetworkConfig("MobileNetV2", None, SIZE, alpha=0.35, trainable_layers=0), VOCABULARY
    )
    assert not any(layer.trainable for layer in heads.backbone.layers)
    assert heads.frozen.outputs[0].shape == heads.backbone.output.shape


@pytest.mark.parametrize(
    "name", ["ResNet50", "MobileNetV2", "EfficientNetB0", "DenseNet121", "MobileNetV3Small"]
)
def test_the_graph_scales_photos_as_keras_does_for_each_backbone(name):
    image = keras.Input((SIZE, SIZE, 3))
    scaled = keras.Model(image, preprocess(image, name) * 1.0)
    module = sys.modules[getattr(keras.applications, name).__module__]
    expected = module.preprocess_input(photos().copy())
    np.testing.assert_allclose(scaled(photos()), expected, atol=2e-4)


@pytest.mark.parametrize("name", ["MobileNetV2", "MobileNetV3Small"])
def test_a_backbone_can_be_recomputed_from_any_narrow_point(name):
    config = NetworkConfig(name, None, SIZE)
    image = keras.Input((SIZE, SIZE, 3))
    backbone = build_backbone(config, image)
    points = narrow_points(backbone)
    assert len(points) > 10
    expected = np.asarray(backbone([photos()]))
    for _, tensor in points[1:-1:12]:
        first = keras.Model(image, tensor)
        second = keras.Model(tensor, backbone.output)
        np.testing.assert_allclose(second(first(photos())), expected, atol=1e-4)


def test_the_cut_lies_before_the_weights_that_are_fitted():
    backbone = build_backbone(TINY, keras.Input((SIZE, SIZE, 3)))
    place, _ = cut_point(backbone, 12)
    assert backbone.operations[place].name == "block_15_add"
    # 20 layers end inside block 15, where the sum needs an earlier tensor.
    place, _ = cut_point(backbone, 20)
    assert backbone.operations[place].name == "block_14_add"
    # 36 layers begin behind a wide map; what it was widened from takes a sixth of the room.
    place, cut = cut_point(backbone, 36)
    assert backbone.operations[place].name == "block_12_add"
    assert cut.shape[-1] * 6 == backbone.get_layer("block_13_expand_relu").output.shape[-1]


def test_a_block_of_one_width_is_cut_at_its_end():
    image = keras.Input((SIZE, SIZE, 3))
    backbone = build_backbone(NetworkConfig("ResNet50", None, SIZE), image)
    place, _ = cut_point(backbone, 12)
    assert backbone.operations[place].name == "conv5_block2_out"


def test_weights_come_from_a_file_of_the_backbone_alone(tmp_path):
    alone = keras.applications.MobileNetV2(
        input_shape=(SIZE, SIZE, 3), alpha=0.35, include_top=False, weights=None
    )
    path = tmp_path / "alone.weights.h5"
    alone.save_weights(path)
    backbone = build_parts(
        NetworkConfig("MobileNetV2", str(path), SIZE, alpha=0.35), VOCABULARY
    ).backbone
    np.testing.assert_allclose(backbone([photos()]), alone(photos() / 127.5 - 1), atol=1e-5)


@pytest.mark.parametrize("content", [None, b"not HDF5"])
def test_weights_that_cannot_be_had_are_named(tmp_path, content):
    path = tmp_path / "some.weights.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MissingWeightsError, match=r"some\.weights\.h5"):
        build_network(NetworkConfig("MobileNetV2", str(path), SIZE, alpha=0.35), VOCABULARY)


def test_a_failed_download_says_what_to_do(monkeypatch):
    def offline(**options):
        if options["weights"] == "imagenet":
            raise Exception("URL fetch failure on https://storage.googleapis.com: None")
        return original(**options)

    original = keras.applications.MobileNetV2
    offline.__module__ = original.__module__
    monkeypatch.setattr(keras.applications, "MobileNetV2", offline)
    with pytest.raises(MissingWeightsError, match=r"Connect to the internet once.*URL fetch"):
        build_network(NetworkConfig("MobileNetV2", "imagenet", SIZE), VOCABULARY)


def test_an_unknown_backbone_is_refused():
    with pytest.raises(ValueError, match="Received: 'ResNet49'"):
        build_network(NetworkConfig("ResNet49", None, SIZE), VOCABULARY)


def test_alpha_is_refused_where_the_backbone_has_none():
    with pytest.raises(ValueError, match=r"ResNet50 has none. Received: 0\.5"):
        build_network(NetworkConfig("ResNet50", None, SIZE, alpha=0.5), VOCABULARY)


def test_cells_count_by_whether_they_lie_in_the_box():
    box = keras.ops.convert_to_tensor([[0.25, 0.5, 0.75, 1.0]])
    mask = np.asarray(BoxMask(16, outside=0.1)(box))[0, :, :, 0]
    assert mask[12, 8] == pytest.approx(1.0, abs=0.01)
    assert mask[2, 8] == pytest.approx(0.1, abs=0.01)
    assert mask[12, 1] == pytest.approx(0.1, abs=0.01)


def test_without_labels_the_box_is_nearly_the_whole_photo(parts):
    x1, y1, x2, y2 = np.asarray(parts.network(photos(1))["box"])[0]
    assert max(x1, y1) < 0.05
    assert min(x2, y2) > 0.95


@pytest.mark.parametrize("cells", [2, 3, 5, 7, 8, 14, 28])
def test_a_box_is_learned_on_maps_of_any_size(cells):
    edges = EdgePositions()
    maps = keras.ops.zeros((2, cells, cells, 4))
    x1, y1, x2, y2 = np.asarray(edges(maps))[0]
    assert 0.01 < x1 < 0.03
    assert x1 == pytest.approx(y1)
    assert x2 == pytest.approx(1 - x1, abs=1e-3)
    assert y2 == pytest.approx(1 - y1, abs=1e-3)
    image = keras.Input((cells, cells, 4))
    model = keras.Model(image, edges(image))
    model.compile(keras.optimizers.SGD(1.0), "mse")
    before = np.array(edges.expected)
    model.fit(maps, np.array([[0.2, 0.3, 0.7, 0.8]] * 2), verbose=0)
    assert (np.abs(np.array(edges.expected) - before).max(axis=1) > 1e-3).all()


def test_a_map_of_one_cell_is_refused():
    with pytest.raises(ValueError, match="2 cells a side"):
        EdgePositions()(keras.ops.zeros((1, 1, 1, 4)))


@pytest.mark.parametrize(("size", "cells"), [(32, 2), (96, 6), (200, 13), (224, 14)])
def test_the_box_is_read_off_a_finer_map_where_there_is_one(size, cells):
    config = NetworkConfig("MobileNetV2", None, size, alpha=0.35)
    network = build_parts(config, VOCABULARY).network
    assert network.get_layer("box").cells == cells


def test_the_palette_tells_the_nearest_of_the_colours(parts):
    painted = np.zeros((2, SIZE, SIZE, 3), dtype=np.float32)
    painted[0, ..., 0] = painted[1, ..., 2] = 255
    names = keras.Model(parts.network.input, parts.network.get_layer("colour_shares").output)
    red, blue = np.asarray(names(painted))[:, 0, 0]
    assert red.argmax() != blue.argmax()
    assert min(red.max(), blue.max()) > 0.5


def test_layers_survive_their_config():
    again = BoxMask.from_config(BoxMask(8, outside=0.2, name="mask").get_config())
    assert (again.cells, again.outside, again.name) == (8, 0.2, "mask")
