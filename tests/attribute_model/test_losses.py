import keras
import numpy as np
import pytest

from modiste.attribute_model import losses

pytestmark = [
    pytest.mark.network,
    # TensorFlow's variables do not follow NumPy 2's protocol yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def value(loss, truth, answers):
    tensors = (
        keras.ops.convert_to_tensor(np.asarray(x, dtype=np.float32)) for x in (truth, answers)
    )
    return np.asarray(loss(*tensors))


def test_category_loss_is_the_cross_entropy_of_known_categories():
    answers = [[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]]
    found = value(losses.category_loss, [[0], [2], [-1]], answers)
    np.testing.assert_allclose(found, [-np.log(0.7), -np.log(0.8), 0], atol=1e-4)


def test_box_loss_is_zero_only_for_the_right_box():
    truth = [[0.1, 0.1, 0.5, 0.9], [0.1, 0.1, 0.5, 0.9], [-1, -1, -1, -1]]
    answers = [[0.1, 0.1, 0.5, 0.9], [0.6, 0.1, 0.9, 0.9], [0.1, 0.1, 0.5, 0.9]]
    exact, beside, unknown = value(losses.box_loss, truth, answers)
    assert exact == pytest.approx(0, abs=2e-3)
    assert beside == pytest.approx(1 + np.sqrt((0.25 + 0.16) / 4), abs=1e-3)
    assert unknown == 0


def test_attributes_loss_leaves_unknown_ones_out_and_focuses_the_absent():
    (found,) = value(losses.attributes_loss, [[1, 0, -1]], [[0.5, 0.2, 0.9]])
    assert found == pytest.approx(-np.log(0.5) - 0.2 * np.log(0.8), abs=1e-4)


def brute_force(truth, embeddings, temperature=0.1):
    """The embedding loss as its docstring says it, photo by photo."""
    n = len(truth)
    result = []
    for i in range(n):
        others = [j for j in range(n) if j != i]
        likeness = {j: embeddings[i] @ embeddings[j] / temperature for j in others}
        all_of_them = np.log(sum(np.exp(v) for v in likeness.values()))
        weights = {}
        for j in others:
            a, b = (set(np.flatnonzero(truth[k][2:] > 0)) for k in (i, j))
            jaccard = (len(a & b) + 0.5) / (len(a | b) + 0.5)
            same_category = truth[i][1] == truth[j][1] >= 0
            same_item = truth[i][0] == truth[j][0] >= 0
            weights[j] = max(float(same_item), same_category * jaccard**2)
        total = sum(weights.values())
        pull = sum(w * (all_of_them - likeness[j]) for j, w in weights.items())
        result.append(pull / total if total else 0.0)
    return result


def test_embedding_loss_matches_the_brute_force():
    rng = np.random.default_rng(0)
    truth = np.concatenate(
        [rng.integers(-1, 3, (8, 1)), rng.integers(-1, 2, (8, 1)), rng.integers(-1, 2, (8, 5))], 1
    ).astype(np.float32)
    embeddings = rng.normal(size=(8, 6))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    found = value(losses.embedding_loss, truth, embeddings)
    np.testing.assert_allclose(found, brute_force(truth, embeddings), rtol=1e-3, atol=1e-3)


def test_a_batch_of_unknown_photos_pulls_nothing():
    truth = np.full((3, 4), -1.0)
    found = value(losses.embedding_loss, truth, np.eye(3, 6))
    assert found.tolist() == [0, 0, 0]
