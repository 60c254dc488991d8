import numpy as np
import pytest

from modiste.attribute_model.export_gate import Agreement, Gate, compare

N = 4


def answers(**changes):
    found = {
        "category": np.eye(N, 3, dtype=np.float32),
        "box": np.tile(np.float32([0.2, 0.2, 0.6, 0.6]), (N, 1)),
        "attributes": np.full((N, 5), 0.25, dtype=np.float32),
        "embedding": np.eye(N, dtype=np.float32),
    }
    return found | changes


def test_a_network_agrees_with_itself():
    found = compare(answers(), answers())
    assert found == Agreement(N, 1.0, 0.0, 0.0, 1.0)
    assert found.misses(Gate()) == ()


def test_each_figure_is_the_one_that_its_head_differs_by():
    category = np.eye(N, 3, dtype=np.float32)
    category[0] = [0, 0, 1]
    # Half of the box next to it: 1/3 of their union is shared.
    box = np.tile(np.float32([0.4, 0.2, 0.8, 0.6]), (N, 1))
    embedding = np.eye(N, dtype=np.float32)[[1, 0, 2, 3]]
    found = compare(
        answers(category=category, box=box, attributes=np.float32([[0.5] * 5] * N)), answers()
    )
    assert found.category_agreement == 0.75
    assert found.box_difference == pytest.approx(2 / 3, abs=1e-4)
    assert found.attribute_difference == 0.25
    assert found.embedding_cosine == 1.0
    assert compare(answers(embedding=embedding), answers()).embedding_cosine == 0.5


def test_a_vocabulary_without_attributes_has_no_difference_of_them():
    none = np.empty((N, 0), dtype=np.float32)
    assert compare(answers(attributes=none), answers(attributes=none)).attribute_difference == 0.0


def test_boxes_apart_or_without_area_are_compared_too():
    apart = np.tile(np.float32([0.7, 0.7, 0.9, 0.9]), (N, 1))
    assert compare(answers(box=apart), answers()).box_difference == 1.0
    empty = np.zeros((N, 4), dtype=np.float32)
    assert compare(answers(box=empty), answers(box=empty)).box_difference == 0.0
    assert compare(answers(box=empty), answers()).box_difference == 1.0


@pytest.mark.parametrize(
    ("figures", "missed"),
    [
        ((200, 0.99, 0.01, 0.01, 0.99), ()),
        ((200, 0.985, 0.0, 0.0, 1.0), ("category_agreement 0.985 is under 0.99",)),
        ((200, 1.0, 0.02, 0.0, 1.0), ("attribute_difference 0.02 is over 0.01",)),
        ((200, 1.0, 0.0, 0.011, 1.0), ("box_difference 0.011 is over 0.01",)),
        ((200, 1.0, 0.0, 0.0, 0.98), ("embedding_cosine 0.98 is under 0.99",)),
    ],
)
def test_the_gate_says_what_it_misses(figures, missed):
    assert Agreement(*figures).misses(Gate()) == missed


def test_answers_that_are_no_numbers_pass_no_gate():
    nothing = np.full((N, 5), np.nan, dtype=np.float32)
    (missed,) = compare(answers(attributes=nothing), answers()).misses(Gate())
    assert missed == "attribute_difference nan is over 0.01"


@pytest.mark.parametrize("n", [0, 3])
def test_other_photos_are_refused(n):
    some = {name: array[:n] for name, array in answers().items()}
    with pytest.raises(ValueError, match=f"Received: {N} and {n} answers"):
        compare(answers(), some)
