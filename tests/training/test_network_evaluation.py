import numpy as np
import pytest
from painted_photos import VOCABULARY, painted_photos

from modiste.attribute_model.calibration import Calibration
from modiste.attribute_model.garment import Garment
from modiste.errors import DatasetError
from modiste.training.network_evaluation import evaluate_network


class Reader:
    """Answers from the pixels; `blind` always says the same."""

    image_size = 48
    calibration = None

    def __init__(self, blind=False):
        self.blind = blind

    def detect(self, images, boxes=None):
        return [self.answer(image.astype(np.float32)) for image in images]

    def answer(self, pixels):
        painted = np.abs(pixels[..., 0] - pixels[..., 2]) > 100
        if self.blind or not painted.any():
            painted = np.zeros((48, 48), dtype=bool)
            painted[10:20, 10:40] = True
        rows, columns = np.flatnonzero(painted.any(axis=1)), np.flatnonzero(painted.any(axis=0))
        box = (columns[0] / 48, rows[0] / 48, (columns[-1] + 1) / 48, (rows[-1] + 1) / 48)
        tall = float(len(rows) > len(columns))
        red = float(pixels[painted][:, 0].mean() > 100 and not self.blind)
        embedding = np.array([tall, 1 - tall, red, 1 - red], dtype=np.float32) / np.sqrt(2)
        scores = np.array([red, 1 - red, 0.9], dtype=np.float32)
        categories = {"Tall": tall, "Wide": 1 - tall}
        return Garment(max(categories, key=categories.get), categories, box, {}, embedding, scores)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return painted_photos(tmp_path_factory.mktemp("painted") / "shop", n_items=40)


def figures(report):
    return {line.name: line for line in report.lines}


def test_a_reader_that_sees_gets_everything_right(dataset):
    report = evaluate_network(Reader(), dataset, "test")
    found = figures(report)
    assert report.n_photos == 16
    assert found["category top-1"].value == 1
    assert found["category top-1"].baseline == 0.5
    assert found["attribute recall top-3, ranked within each type"].value == 1
    assert found["average precision, mean over attributes"].value == pytest.approx(1)
    assert found["average precision, mean over attributes"].baseline == pytest.approx(0.5)
    assert found["box overlap, mean"].value == pytest.approx(1, abs=1e-5)
    assert found["box overlap, mean"].baseline < 0.6
    assert found["box overlap, mean"].n == 16
    assert found["category top-1, mean over categories"].value == 1
    assert found["category top-1, mean over categories"].n == 2
    assert found["attribute recall top-3, ranked within style"].n == 16
    assert found["average precision, mean over style"].value == pytest.approx(1)
    assert found["attribute calibration error (ECE)"].value == pytest.approx(0)
    loss = found["attribute log loss (less is better)"]
    assert loss.value == pytest.approx(0, abs=1e-6)
    assert loss.baseline == pytest.approx(np.log(2), abs=0.02)
    assert not any("before calibration" in name for name in found)
    assert not any(line.published for line in report.lines)
    (street,) = (line for name, line in found.items() if "recall@1 of 40 items" in name)
    assert street.n == 8
    assert street.baseline == 1 / 40
    (precise,) = (line for name, line in found.items() if "mAP@20 of 40 items" in name)
    # Ten items look alike, and ties go against the answer.
    assert precise.value == pytest.approx(1 / 10)
    assert precise.baseline == pytest.approx(sum(1 / i for i in range(1, 21)) / 40)
    (other,) = (line for name, line in found.items() if "recall@1 of 15 photos" in name)
    assert other.baseline == pytest.approx(1 / 15)


def test_the_error_before_calibration_stands_beside_the_one_after(dataset):
    reader = Reader()
    reader.calibration = Calibration(np.full(3, 0.5), np.zeros(3), 2.0, "overall")
    found = figures(evaluate_network(reader, dataset, "test"))
    for kind in ("attribute", "category"):
        after = found[f"{kind} calibration error (ECE)"]
        before = found[f"{kind} calibration error (ECE), before calibration"]
        assert (before.n, before.baseline) == (after.n, after.baseline)
    assert "attribute log loss (less is better), before calibration" in found


def test_a_reader_that_does_not_look_is_as_good_as_the_baseline(dataset):
    found = figures(evaluate_network(Reader(blind=True), dataset, "test"))
    assert found["category top-1"].value == 0.5
    assert found["boxes that overlap by more than 0.75"].value < 0.2


def test_the_report_is_json_values(dataset):
    report = evaluate_network(Reader(), dataset, "val").to_json()
    assert report["n_photos"] == 16
    assert report["figures"]["category top-3"] == {"value": 1.0, "baseline": 1.0, "n": 16}


def test_a_split_without_photos_is_refused(tmp_path):
    few = painted_photos(tmp_path / "few", n_items=4)
    with pytest.raises(DatasetError, match="no photos of the split 'test'"):
        evaluate_network(Reader(), few, "test")


def test_the_vocabulary_of_the_fixture_has_a_name_that_is_never_known(dataset):
    assert "plain" in VOCABULARY.attributes
    assert not any("texture" in line for line in figures(evaluate_network(Reader(), dataset)))
