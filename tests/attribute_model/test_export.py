import json
import logging

import keras
import numpy as np
import onnx
import onnxruntime as ort
import pytest
from ai_edge_litert.interpreter import Interpreter

from modiste.attribute_model.backbone import preprocess
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.export import VARIANT_FILES, export_network
from modiste.attribute_model.export_gate import Gate
from modiste.attribute_model.export_litert import LITERT_FILES, litert_answers
from modiste.attribute_model.export_onnx import onnx_answers, write_float32
from modiste.attribute_model.network import OUTPUTS, build_network
from modiste.data.vocabulary import Vocabulary
from modiste.errors import ReleaseError

pytestmark = [
    pytest.mark.network,
    # TensorFlow's variables do not follow NumPy 2's protocol yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIZE = 32
VOCABULARY = Vocabulary(
    ("Dress", "Jeans", "Tee"), ("full", "lower", "upper"), ("red", "striped"), ("style", "texture")
)
ANY = Gate(-1.0, 2.0, 2.0, -2.0)


def photos(n):
    return np.random.default_rng(n).uniform(0, 255, (n, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def tiny():
    """The least that has every output and a convolution that int8 takes: quick to export."""
    keras.utils.set_random_seed(0)
    image = keras.Input((SIZE, SIZE, 3))
    x = keras.layers.Rescaling(1 / 255)(image)
    for width in (4, 8):
        x = keras.layers.Conv2D(width, 3, strides=2, activation="relu")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    outputs = {
        "category": keras.layers.Dense(3, activation="softmax")(x),
        "box": keras.layers.Dense(4, activation="sigmoid")(x),
        "attributes": keras.layers.Dense(2, activation="sigmoid")(x),
        "embedding": keras.layers.UnitNormalization()(keras.layers.Dense(16)(x)),
    }
    return keras.Model(image, outputs)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    keras.utils.set_random_seed(0)
    network = build_network(NetworkConfig("MobileNet", None, SIZE, alpha=0.25), VOCABULARY)
    told = []
    described = export_network(
        network,
        folder,
        photos(16),
        photos(20),
        variants=tuple(VARIANT_FILES),
        gate=ANY,
        progress=lambda done, total, what: told.append((done, total)),
    )
    return folder, network, described, told


@pytest.mark.parametrize("n", [1, 5, 33])
def test_onnx_answers_as_keras_does_for_any_batch(exported, n):
    folder, network, _, _ = exported
    found = onnx_answers(folder / "network.onnx", photos(n))
    expected = network(photos(n), training=False)
    for name in OUTPUTS:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-3)


def test_onnx_needs_nothing_but_standard_operations_and_its_weights_as_they_are(exported):
    network = onnx.load(exported[0] / "network.onnx")
    assert {node.domain for node in network.graph.node} == {""}
    assert [(each.domain, each.version) for each in network.opset_import] == [("", 17)]
    constant = {tensor.name for tensor in network.graph.initializer}
    # What only rearranges weights was done when it was written.
    assert not [n for n in network.graph.node if n.input and set(n.input) <= constant]
    onnx.checker.check_model(network)


def test_litert_answers_by_name_as_keras_does(exported):
    folder, network, _, _ = exported
    expected = network(photos(3), training=False)
    for precision, tolerance in (("float16", 5e-3), ("int8", 0.05), ("integer", 0.2)):
        found = litert_answers(folder / LITERT_FILES[precision], photos(3))
        for name in OUTPUTS:
            np.testing.assert_allclose(found[name], expected[name], atol=tolerance)


@pytest.mark.parametrize("file", LITERT_FILES.values())
def test_litert_takes_and_gives_plain_numbers(exported, file):
    interpreter = Interpreter(model_path=str(exported[0] / file))
    signatures = interpreter.get_signature_list()
    assert {name: set(tensors["outputs"]) for name, tensors in signatures.items()} == {
        "serving_default": set(OUTPUTS)
    }
    (image,) = interpreter.get_input_details()
    assert tuple(image["shape"]) == (1, SIZE, SIZE, 3)
    tensors = [image, *interpreter.get_output_details()]
    assert {tensor["dtype"] for tensor in tensors} == {np.float32}


def test_every_variant_is_described_and_smaller_than_float32(exported):
    folder, _, described, told = exported
    assert {name: entry["file"] for name, entry in described.items()} == VARIANT_FILES
    for entry in described.values():
        assert entry["published"]
        assert entry["missed"] == []
        assert entry["n_photos"] == 20
        assert entry["embedding_cosine"] > 0.9
    assert described["float32"]["category_agreement"] == 1.0
    json.dumps(described, allow_nan=False)
    sizes = {name: (folder / file).stat().st_size for name, file in VARIANT_FILES.items()}
    assert max(sizes.values()) == sizes.pop("float32")
    assert told == [(n, 5) for n in (1, 2, 3, 4, 5)]


def test_int8_weights_leave_room_for_sums_of_two_products_in_sixteen_bits(exported):
    graph = onnx.load(exported[0] / "network.int8.onnx").graph
    weights = [
        onnx.numpy_helper.to_array(tensor)
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 4
    ]
    assert len(weights) > 10
    largest = max(np.abs(array.astype(int)).max() for array in weights)
    assert 60 <= largest <= 64
    assert all(array.shape[1] > 3 for array in weights)


def test_a_variant_that_misses_its_gate_is_removed_and_the_log_says_so(tiny, tmp_path, caplog):
    strict = Gate(-1.0, 2.0, 2.0, 0.99999)
    with caplog.at_level(logging.WARNING):
        described = export_network(
            tiny, tmp_path, photos(16), photos(4), variants=("int8",), gate=strict
        )
    assert list(described) == ["float32", "int8"]
    assert [path.name for path in tmp_path.iterdir()] == ["network.onnx"]
    assert described["float32"]["published"]
    assert not described["int8"]["published"]
    (missed,) = described["int8"]["missed"]
    assert missed == f"embedding_cosine {described['int8']['embedding_cosine']} is under 0.99999"
    assert f"network.int8.onnx is not published: on 4 photos, {missed}" in caplog.text


def test_a_float32_network_that_differs_stops_the_export(tiny, tmp_path):
    with pytest.raises(ReleaseError, match=r"Received: network\.onnx is not published"):
        export_network(tiny, tmp_path, photos(16), photos(4), variants=(), gate=Gate(1.1, 2, 2, -2))
    assert not list(tmp_path.iterdir())


def test_unknown_variants_are_refused(tiny, tmp_path):
    with pytest.raises(ValueError, match=r"Received: \['int4'\]"):
        export_network(tiny, tmp_path, photos(1), photos(1), variants=("int4",))


def test_resnets_blue_green_red_order_is_exported(tmp_path):
    image = keras.Input((SIZE, SIZE, 3))
    scaled = preprocess(image, "ResNet50")
    pooled = keras.layers.GlobalAveragePooling2D()(scaled)
    network = keras.Model(image, dict.fromkeys(OUTPUTS, pooled))
    write_float32(network, tmp_path / "scaled.onnx")
    expected = keras.applications.resnet.preprocess_input(photos(2).copy()).mean(axis=(1, 2))
    session = ort.InferenceSession(
        str(tmp_path / "scaled.onnx"), providers=["CPUExecutionProvider"]
    )
    (found,) = session.run(["box"], {"image": photos(2)})
    np.testing.assert_allclose(found, expected, atol=1e-2)
