import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from modiste.attribute_model.calibration import Calibration
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.runtime import Detector
from modiste.attribute_model.second_look import crop_around, in_photo
from modiste.data.vocabulary import Vocabulary
from modiste.errors import ReleaseError

SIZE = 32
VOCABULARY = Vocabulary(
    ("Dress", "Jeans", "Tee"),
    ("full", "lower", "upper"),
    ("red", "green", "blue"),
    ("style",) * 3,
)


def colour_network():
    """Scores are the mean of each colour, so that right answers can be read off the photo."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Div", ["mean", "white"], ["attributes"]),
        helper.make_node("Softmax", ["attributes"], ["category"], axis=-1),
        helper.make_node("Gemm", ["attributes", "no_slope", "edges"], ["box"]),
        helper.make_node("LpNormalization", ["attributes"], ["embedding"], axis=-1),
    ]
    constants = {
        "white": np.array(255.0),
        "no_slope": np.zeros((3, 4)),
        "edges": np.array([0.1, 0.2, 0.6, 1.1]),
    }
    widths = {"category": 3, "box": 4, "attributes": 3, "embedding": 3}
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", SIZE, SIZE, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
            for name, width in widths.items()
        ],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    ).SerializeToString()


@pytest.fixture
def folder(tmp_path):
    for name in ("network.onnx", "network.int8.onnx"):
        (tmp_path / name).write_bytes(colour_network())
    describe(tmp_path)
    return tmp_path


def describe(folder, **changes):
    described = {
        "schema_version": 2,
        "config": json.loads(NetworkConfig("MobileNetV2", None, SIZE).to_json()),
        "vocabulary_fingerprint": VOCABULARY.fingerprint,
        "thresholds": [0.5, 0.5, 0.3],
        "variants": {"float32": {"published": True}, "int8": {"published": True}},
    }
    (folder / "network.json").write_text(json.dumps(described | changes))


def painted(red, green, blue, shape=(40, 30)):
    return np.full((*shape, 3), (red, green, blue), dtype=np.uint8)


def test_a_garment_says_what_the_network_answered(folder):
    detector = Detector.load(folder, VOCABULARY, threads=1)
    (garment,) = detector.detect([painted(0, 255, 102)])
    assert garment.category == "Jeans"
    assert list(garment.category_scores) == list(VOCABULARY.categories)
    assert sum(garment.category_scores.values()) == pytest.approx(1, abs=1e-5)
    assert garment.attributes == pytest.approx({"green": 1.0, "blue": 0.4}, abs=1e-5)
    assert list(garment.attributes) == ["green", "blue"]
    assert garment.attribute_scores.tolist() == pytest.approx([0, 1, 0.4], abs=1e-5)
    assert garment.box == pytest.approx((0.1, 0.2, 0.6, 1.0))
    assert np.linalg.norm(garment.embedding) == pytest.approx(1, abs=1e-5)


def test_a_given_box_is_where_it_looks_and_what_it_returns(folder):
    photo = painted(255, 0, 0)
    photo[20:, 15:] = (0, 0, 255)
    corner = (0.5, 0.5, 1.0, 1.0)
    detector = Detector.load(folder, VOCABULARY)
    whole, part = detector.detect([photo, photo], [None, corner])
    assert part.box == corner
    assert list(part.attributes) == ["blue"]
    assert list(whole.attributes) == ["red"]


def test_a_second_look_gives_attributes_and_embedding_of_the_predicted_box(folder):
    photo = painted(255, 0, 0, shape=(100, 100))
    photo[12:, 5:65] = (0, 0, 255)  # the network's box and a tenth around it
    (once,) = Detector.load(folder, VOCABULARY).detect([photo])
    describe(folder, second_look=True)
    detector = Detector.load(folder, VOCABULARY)
    assert detector.second_look
    corner = (0.0, 0.0, 0.1, 0.1)
    twice, given = detector.detect([photo, photo], [None, corner])
    assert list(twice.attributes) == ["blue"]
    np.testing.assert_allclose(twice.attribute_scores, [0, 0, 1], atol=0.03)  # resampled edges
    np.testing.assert_allclose(twice.embedding, [0, 0, 1], atol=0.03)
    assert (twice.category, twice.category_scores) == (once.category, once.category_scores)
    assert twice.box == once.box
    # A box that the caller gives is looked at once.
    assert list(given.attributes) == ["red"]
    assert given.box == corner


def test_a_second_look_may_give_the_box_alone(folder):
    photo = painted(255, 0, 0, shape=(100, 100))
    photo[12:, 5:65] = (0, 0, 255)
    (once,) = Detector.load(folder, VOCABULARY).detect([photo])
    describe(folder, second_look_box=True)
    detector = Detector.load(folder, VOCABULARY)
    assert (detector.second_look, detector.second_look_box) == (False, True)
    crop = crop_around(np.array(once.box, dtype=np.float32))
    (twice,) = detector.detect([photo])
    # The network sees the same box in whatever it is shown.
    assert twice.box == pytest.approx(in_photo(np.array(once.box), crop))
    assert twice.attributes == once.attributes
    describe(folder, second_look=True, second_look_box=True)
    (both,) = Detector.load(folder, VOCABULARY).detect([photo])
    assert (both.box, list(both.attributes)) == (twice.box, ["blue"])
    corner = (0.0, 0.0, 0.1, 0.1)
    assert detector.detect([photo], [corner])[0].box == corner


def test_second_looks_go_in_batches(folder):
    describe(folder, second_look=True)
    photos = [painted(i, 0, 0, shape=(20 + i, 33)) for i in range(40)]
    scores = [g.attribute_scores[0] for g in Detector.load(folder, VOCABULARY).detect(photos)]
    assert scores == pytest.approx([i / 255 for i in range(40)], abs=1e-5)


def test_scores_are_calibrated_before_they_meet_their_threshold(folder):
    photo = painted(0, 204, 102)
    (plain,) = Detector.load(folder, VOCABULARY).detect([photo])
    assert list(plain.attributes) == ["green", "blue"]
    lines = Calibration(np.ones(3), np.array([0.0, np.log(3), -1.0]), 0.5, "attribute")
    describe(folder, calibration=lines.to_json())
    (garment,) = Detector.load(folder, VOCABULARY).detect([photo])
    assert garment.attributes == pytest.approx({"green": 12 / 13}, abs=1e-5)
    assert garment.category == plain.category
    assert garment.category_scores["Jeans"] > plain.category_scores["Jeans"]
    assert sum(garment.category_scores.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("calibration", [{}, {"slope": [1.0]}, 7])
def test_a_broken_calibration_is_refused(folder, calibration):
    describe(folder, calibration=calibration)
    with pytest.raises(ReleaseError, match=r"calibration in .*fit the network again"):
        Detector.load(folder, VOCABULARY)


def test_order_and_count_survive_batching(folder):
    detector = Detector.load(folder, VOCABULARY)
    photos = [painted(i, 0, 0, shape=(20 + i, 33)) for i in range(70)]
    scores = [garment.attribute_scores[0] for garment in detector.detect(photos)]
    assert scores == pytest.approx([i / 255 for i in range(70)], abs=1e-5)
    assert detector.detect([]) == []


def test_threads_may_share_a_detector(folder):
    detector = Detector.load(folder, VOCABULARY, threads=1)
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda i: detector.detect([painted(i, 0, 0)])[0], range(40))
        scores = [garment.attribute_scores[0] for garment in found]
    assert scores == pytest.approx([i / 255 for i in range(40)], abs=1e-5)


def test_int8_serves_only_where_it_agrees(folder):
    assert Detector.load(folder, VOCABULARY, precision="int8").precision == "int8"
    (folder / "network.int8.onnx").unlink()
    for variants in ({"int8": {"published": False}}, {}):
        describe(folder, variants=variants)
        assert Detector.load(folder, VOCABULARY, precision="int8").precision == "float32"


@pytest.mark.parametrize(
    ("int8", "served"), [({"usable": True}, "int8"), ({"usable": False}, "float32")]
)
def test_the_first_schema_is_still_read(folder, int8, served):
    describe(folder, schema_version=1, int8=int8)
    path = folder / "network.json"
    described = json.loads(path.read_text())
    del described["variants"]
    path.write_text(json.dumps(described))
    assert Detector.load(folder, VOCABULARY, precision="int8").precision == served


@pytest.mark.parametrize("boxes", [[(0.5, 0, 0.5, 1)], [(0, 0, 1.2, 1)], [(0, float("nan"), 1, 1)]])
def test_bad_boxes_are_refused(folder, boxes):
    with pytest.raises(ValueError, match=r"A box must be .* Received: "):
        Detector.load(folder, VOCABULARY).detect([painted(0, 0, 0)], boxes)


def test_boxes_must_match_the_photos(folder):
    with pytest.raises(ValueError, match="Received: 2 for 1"):
        Detector.load(folder, VOCABULARY).detect([painted(0, 0, 0)], [None, None])


@pytest.mark.parametrize(
    ("options", "got"), [({"precision": "int4"}, "'int4'"), ({"threads": 0}, "0")]
)
def test_bad_options_are_refused(folder, options, got):
    with pytest.raises(ValueError, match=f"Received: {got}"):
        Detector.load(folder, VOCABULARY, **options)


def test_another_vocabulary_is_refused(folder):
    other = Vocabulary(("Dress",), ("full",), ("red", "green", "blue"), ("style",) * 3)
    with pytest.raises(ReleaseError, match="another vocabulary"):
        Detector.load(folder, other)


@pytest.mark.parametrize(
    "changes", [{"schema_version": 3}, {"thresholds": None}, {"variants": None}]
)
def test_another_description_is_refused(folder, changes):
    describe(folder, **changes)
    with pytest.raises(ReleaseError, match="fit the network again"):
        Detector.load(folder, VOCABULARY)


def test_missing_and_broken_files_are_refused(folder):
    (folder / "network.onnx").write_bytes(colour_network()[:50])
    with pytest.raises(ReleaseError, match=r"network\.onnx must be a network"):
        Detector.load(folder, VOCABULARY)
    (folder / "network.json").unlink()
    with pytest.raises(ReleaseError, match=r"network\.json must be"):
        Detector.load(folder, VOCABULARY)


def test_the_fixture_is_a_valid_network():
    onnx.checker.check_model(onnx.load_from_string(colour_network()))
