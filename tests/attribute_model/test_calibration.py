import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.attribute_model.calibration import Calibration

LINES = Calibration(np.array([0.5, 2.0]), np.array([-1.0, 0.25]), 1.7, "attribute", {"gain": 0.5})


def test_a_line_on_the_logit():
    scores = np.array([[0.5, 0.5], [0.9, 0.1]], dtype=np.float32)
    odds = np.exp([[-1.0, 0.25], [0.5 * np.log(9) - 1, 2 * -np.log(9) + 0.25]])
    np.testing.assert_allclose(LINES.apply(scores), odds / (1 + odds), rtol=1e-5)
    assert LINES.apply(scores).dtype == np.float32


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=20))
def test_the_order_of_photos_stays(values):
    scores = np.repeat(np.array(sorted(values), dtype=np.float32)[:, None], 2, axis=1)
    calibrated = LINES.apply(scores)
    assert (np.diff(calibrated, axis=0) >= 0).all()
    assert ((calibrated >= 0) & (calibrated <= 1)).all()


def test_what_was_done_can_be_undone():
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.001, 0.999, (50, 2)).astype(np.float32)
    np.testing.assert_allclose(LINES.undo(LINES.apply(scores)), scores, atol=1e-4)
    shares = rng.dirichlet(np.ones(4), 50).astype(np.float32)
    tempered = LINES.apply_category(shares)
    np.testing.assert_allclose(tempered.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(tempered.argmax(axis=1), shares.argmax(axis=1))
    assert (tempered.max(axis=1) < shares.max(axis=1)).all()
    np.testing.assert_allclose(LINES.undo_category(tempered), shares, atol=1e-5)


def test_identity_returns_the_very_scores():
    scores = np.array([[0.0, 1.0, np.nan]], dtype=np.float32)
    none = Calibration.identity(3)
    assert none.apply(scores) is scores
    assert none.apply_category(scores) is scores
    assert np.isnan(LINES.apply(np.array([np.nan, 0.5], dtype=np.float32))[0])


def test_json_keeps_it():
    text = json.dumps(LINES.to_json())
    back = Calibration.from_json(json.loads(text), 2)
    assert back.to_json() == LINES.to_json()
    scores = np.array([0.3, 0.8], dtype=np.float32)
    np.testing.assert_allclose(back.apply(scores), LINES.apply(scores), rtol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slope": [1.0]}, r"Received: \(1,\) and \(2,\)"),
        ({"slope": [1.0, 0.0]}, "above 0"),
        ({"slope": [1.0, float("nan")]}, "finite"),
        ({"temperature": 0}, "above 0"),
        ({"slope": None}, "Received: "),
        ({"figures": 3}, "Received: "),
        ({"slope": [1.0], "intercept": [0.0]}, "one slope for each of 2 attributes. Received: 1"),
    ],
)
def test_broken_values_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Calibration.from_json(LINES.to_json() | changes, 2)


def test_a_missing_value_is_refused():
    with pytest.raises(ValueError, match="needs slope, intercept, temperature and method"):
        Calibration.from_json({"slope": [1.0]}, 1)
