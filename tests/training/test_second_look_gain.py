import json
from dataclasses import replace

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.runtime import Detector
from modiste.attribute_model.second_look import crop_around, in_photo
from modiste.data.dataset import Dataset, empty_events, write_dataset
from modiste.data.vocabulary import Vocabulary
from modiste.training.bootstrap import Interval
from modiste.training.second_look import Comparison, SecondLookGain, second_look_gain

SIZE = 32
BOX = (0.3, 0.3, 0.7, 0.7)
ANCHORS = np.random.default_rng(7).normal(size=(24, 3)).astype(np.float32)
ANCHORS /= np.linalg.norm(ANCHORS, axis=1, keepdims=True)
VOCABULARY = Vocabulary(
    ("Dark", "Light"), ("full", "upper"), tuple(f"hue {i}" for i in range(24)), ("colour",) * 24
)


def hue_network():
    """Embeds a photo as its mean colour's direction from grey; the box is always `BOX`."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Div", ["mean", "white"], ["level"]),
        helper.make_node("Sub", ["level", "half"], ["centred"]),
        helper.make_node("LpNormalization", ["centred"], ["embedding"], axis=-1),
        helper.make_node("Gemm", ["embedding", "anchors"], ["nearness"], transB=1),
        helper.make_node("Sigmoid", ["nearness"], ["attributes"]),
        helper.make_node("Gemm", ["centred", "lightness"], ["sides"]),
        helper.make_node("Softmax", ["sides"], ["category"], axis=-1),
        helper.make_node("Gemm", ["level", "no_slope", "edges"], ["box"]),
    ]
    constants = {
        "white": np.array(255.0),
        "half": np.array(0.5),
        "anchors": ANCHORS,
        "lightness": np.array([[-9.0, 9.0]] * 3),
        "no_slope": np.zeros((3, 4)),
        "edges": np.array(BOX),
    }
    widths = {"category": 2, "box": 4, "attributes": 24, "embedding": 3}
    graph = helper.make_graph(
        nodes,
        "hues",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", SIZE, SIZE, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
            for name, width in widths.items()
        ],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture
def detector(tmp_path):
    (tmp_path / "network.onnx").write_bytes(hue_network())
    (tmp_path / "network.int8.onnx").write_bytes(hue_network())
    described = {
        "schema_version": 1,
        "config": json.loads(NetworkConfig("MobileNetV2", None, SIZE).to_json()),
        "vocabulary_fingerprint": VOCABULARY.fingerprint,
        "thresholds": [0.5] * 24,
        "int8": {"usable": True},
        "second_look": True,
    }
    (tmp_path / "network.json").write_text(json.dumps(described))
    return Detector.load(tmp_path, VOCABULARY, threads=1)


def hue_photos(path, *, where=BOX, background="coloured", labelled=True):
    """Write 40 items of two photos each: a square of the item's hue at `where`."""
    rng = np.random.default_rng(0)
    (path / "images").mkdir(parents=True)
    items, photos = [], []
    for number in range(40):
        hue = number % 24
        name = f"item-{number}"
        items.append({"item_id": name, "title": name, "availability": "in_stock"})
        direction = ANCHORS[hue] + rng.normal(0, 0.02, 3)
        for copy in range(2):
            ground = rng.uniform(90, 165, 3) if background == "coloured" else np.full(3, 128)
            pixels = np.broadcast_to(ground, (40, 40, 3)).copy()
            left, top, right, bottom = (round(40 * edge) for edge in where)
            pixels[top:bottom, left:right] = 127.5 + 70 * direction
            image = f"images/{name}-{copy}.png"
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path / image)
            known = {
                "category": "Light" if direction.sum() > 0 else "Dark",
                "attributes": [f"hue {hue}"],
                "item_id": name,
            }
            photos.append({"image": image, "split": "val"} | (known if labelled else {}))
    write_dataset(path, VOCABULARY, pd.DataFrame(items), empty_events(), pd.DataFrame(photos))
    return Dataset.read(path)


def test_a_second_look_past_a_coloured_background_helps(detector, tmp_path):
    dataset = hue_photos(tmp_path / "shop")
    gain = second_look_gain(detector, dataset)
    assert gain.n_photos == 80
    assert gain.helps
    recall, retrieval, category = gain.attribute_recall, gain.retrieval, gain.category
    assert recall.twice == 1 > recall.once + 0.1
    assert recall.gain.mean == pytest.approx(recall.twice - recall.once)
    assert recall.gain.n_users == 40
    assert 0 < retrieval.gain.low <= retrieval.gain.mean <= retrieval.gain.high
    assert category.twice > category.once
    assert json.loads(json.dumps(gain.to_json()))["helps"] is True
    assert second_look_gain(detector, dataset) == gain


def test_it_compares_what_the_detector_itself_would_answer(detector, tmp_path):
    dataset = hue_photos(tmp_path / "shop")
    photo = np.asarray(Image.open(dataset.image_path(dataset.photos.image[3])))
    (twice,) = detector.detect([photo])
    crop = crop_around(np.array(BOX, dtype=np.float32))
    (cropped,) = detector.detect([photo], [crop])
    np.testing.assert_allclose(twice.attribute_scores, cropped.attribute_scores, atol=1e-6)
    np.testing.assert_allclose(twice.embedding, cropped.embedding, atol=1e-6)


def test_a_second_look_that_changes_nothing_is_not_worth_it(detector, tmp_path):
    gain = second_look_gain(detector, hue_photos(tmp_path / "shop", background="grey"))
    assert not gain.helps
    assert gain.attribute_recall.once == gain.attribute_recall.twice == 1


def test_a_second_look_beside_the_garment_is_refused(detector, tmp_path):
    corner = (0.0, 0.0, 0.25, 0.25)
    gain = second_look_gain(detector, hue_photos(tmp_path / "s", where=corner, background="grey"))
    assert gain.attribute_recall.gain.high < 0
    assert not gain.helps


def test_a_little_better_box_is_not_worth_a_second_look():
    little = Comparison(0.7, 0.705, Interval(0.005, 0.004, 0.006, 40))
    more = Comparison(0.7, 0.72, Interval(0.02, 0.01, 0.03, 40))
    assert not SecondLookGain(None, None, little, None, 80).helps_box
    assert SecondLookGain(None, None, more, None, 80).helps_box


def test_a_box_that_is_better_seen_from_near_is_taken_from_there(detector, tmp_path):
    near = in_photo(np.array(BOX), crop_around(np.array(BOX, dtype=np.float32)))
    for name, where, helps in (("near", near.tolist(), True), ("far", BOX, False)):
        dataset = hue_photos(tmp_path / name)
        photos = dataset.photos.assign(box=[where] * len(dataset.photos))
        gain = second_look_gain(detector, replace(dataset, photos=photos))
        assert gain.helps_box is helps
        assert (gain.box.twice > gain.box.once) is helps
        assert gain.to_json()["helps_box"] is helps


def test_without_labels_or_photos_there_is_no_gain(detector, tmp_path):
    dataset = hue_photos(tmp_path / "shop", labelled=False)
    gain = second_look_gain(detector, dataset)
    assert (gain.attribute_recall, gain.retrieval, gain.category) == (None, None, None)
    assert gain.box is None
    assert not gain.helps
    assert not gain.helps_box
    assert second_look_gain(detector, dataset, "test").n_photos == 0
