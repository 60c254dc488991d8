import keras
import numpy as np
import onnxruntime as ort
import pytest

from modiste.attribute_model.backbone import preprocess
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.export import compare, export_network, write_float32
from modiste.attribute_model.network import OUTPUTS, build_network
from modiste.data.vocabulary import Vocabulary

pytestmark = [
    pytest.mark.network,
    # TensorFlow's variables do not follow NumPy 2's protocol yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIZE = 32
VOCABULARY = Vocabulary(
    ("Dress", "Jeans", "Tee"), ("full", "lower", "upper"), ("red", "striped"), ("style", "texture")
)


def photos(n):
    return np.random.default_rng(n).uniform(0, 255, (n, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    network = build_network(NetworkConfig("MobileNetV2", None, SIZE, alpha=0.35), VOCABULARY)
    check = export_network(network, folder, photos(16), photos(20))
    return folder, network, check


def answers(path, batch):
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip(OUTPUTS, session.run(list(OUTPUTS), {"image": batch}), strict=True))


@pytest.mark.parametrize("n", [1, 5])
def test_onnx_answers_as_keras_does_for_any_batch(exported, n):
    folder, network, _ = exported
    found = answers(folder / "network.onnx", photos(n))
    expected = network(photos(n), training=False)
    for name in OUTPUTS:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-3)


def test_int8_is_smaller_and_the_check_says_how_far_it_agrees(exported):
    folder, _, check = exported
    sizes = [(folder / name).stat().st_size for name in ("network.int8.onnx", "network.onnx")]
    assert sizes[0] < sizes[1]
    assert set(check) == {"category_agreement", "embedding_cosine", "usable"}
    found = answers(folder / "network.int8.onnx", photos(3))
    assert found["embedding"].shape == (3, 512)


def test_a_network_agrees_with_itself(exported):
    folder = exported[0]
    check = compare(folder / "network.onnx", folder / "network.onnx", photos(4))
    assert check.usable
    assert check.category_agreement == 1


def test_resnets_blue_green_red_order_is_exported(tmp_path):
    image = keras.Input((SIZE, SIZE, 3))
    scaled = preprocess(image, "ResNet50")
    pooled = keras.layers.GlobalAveragePooling2D()(scaled)
    network = keras.Model(image, dict.fromkeys(OUTPUTS, pooled))
    write_float32(network, tmp_path / "scaled.onnx")
    expected = keras.applications.resnet.preprocess_input(photos(2).copy()).mean(axis=(1, 2))
    found = answers(tmp_path / "scaled.onnx", photos(2))["box"]
    np.testing.assert_allclose(found, expected, atol=1e-2)
