import pytest

from modiste.attribute_model.config import NetworkConfig


def test_a_config_survives_json():
    config = NetworkConfig("MobileNetV2", None, 64, alpha=0.35, trainable_layers=-1)
    assert NetworkConfig.from_json(config.to_json()) == config


def test_the_default_is_resnet50_with_its_last_twelve_layers():
    config = NetworkConfig()
    assert (config.backbone, config.weights, config.trainable_layers) == (
        "ResNet50",
        "imagenet",
        12,
    )
    assert config.embedding_size == 512
    assert not config.trains_everything


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"backbone": "not a name"}, "keras.applications.*Received: 'not a name'"),
        ({"weights": ""}, "weights must be .* Received: ''"),
        ({"image_size": 31}, "at least 32. Received: 31"),
        ({"alpha": 0.0}, r"\(0, 2\] or None. Received: 0.0"),
        ({"trainable_layers": -2}, "-1 for all. Received: -2"),
        ({"embedding_size": 0}, "at least 1. Received: 0"),
    ],
)
def test_values_out_of_range_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        NetworkConfig(**values)


@pytest.mark.parametrize("text", ["{", "[]", '{"depth": 3}'])
def test_other_json_is_refused(text):
    with pytest.raises(ValueError, match="Received: "):
        NetworkConfig.from_json(text)
