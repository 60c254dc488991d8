import numpy as np
import pytest

from modiste.data.demo_shop.vocabulary import demo_vocabulary
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_lines import NetworkLine, attribute_lines, category_lines
from modiste.training.published_figures import published_figures


def test_the_benchmarks_own_test_photos_have_the_published_figures():
    found = published_figures(deepfashion_vocabulary(), "test", 40_000)
    assert found["category top-3"]["FashionNet"] == 0.8258
    assert found["category top-5"]["Liu and Lu"] == 0.9612
    assert found["attribute recall top-5, ranked within each type"]["Liu and Lu"] == 0.6374
    # The rerun ranks all types together: never beside a ranking within types.
    reruns = {name for name, figures in found.items() if "Liu and Lu, rerun" in figures}
    assert reruns == {
        "category top-3", "category top-5", "attribute recall top-3, all types ranked together",
    }  # fmt: skip
    assert all(0 < value < 1 for figures in found.values() for value in figures.values())


@pytest.mark.parametrize(
    ("vocabulary", "split", "n_photos"),
    [
        (demo_vocabulary(), "test", 40_000),
        (Vocabulary(("Tee",), ("upper",), ("red",), ("style",)), "test", 40_000),
        (deepfashion_vocabulary(), "val", 40_000),
        (deepfashion_vocabulary(), "test", 500),
        (deepfashion_vocabulary(), "test", 289_222),
    ],
)
def test_other_photos_have_none(vocabulary, split, n_photos):
    assert published_figures(vocabulary, split, n_photos) == {}


def test_every_published_figure_has_its_line():
    labels = PhotoLabels(
        item=np.full(2, -1, dtype=np.int32),
        category=np.array([0, 1], dtype=np.int32),
        box=np.full((2, 4), -1, dtype=np.float32),
        attributes=np.eye(2, dtype=np.int8),
    )
    scores = np.eye(2, dtype=np.float32)
    lines = category_lines(scores, labels, labels)
    lines += attribute_lines(scores, labels, labels, ("part", "style"))
    names = {line.name for line in lines}
    assert set(published_figures(deepfashion_vocabulary(), "test", 40_000)) <= names


def test_a_line_tells_who_published_what():
    line = NetworkLine("category top-3", 0.5, 0.25, 10, {"FashionNet": 0.8258})
    assert line.to_json() == {
        "value": 0.5, "baseline": 0.25, "n": 10, "published": {"FashionNet": 0.8258},
    }  # fmt: skip
    assert "published" not in NetworkLine("category top-3", 0.5, 0.25, 10).to_json()
