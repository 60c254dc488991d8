import numpy as np
import pytest
from sklearn.metrics import log_loss as scikit_learns

from modiste.training.probability_metrics import (
    category_log_loss,
    expected_calibration_error,
    log_loss,
)


def slow_error(said, happened, n_bins):
    total = 0.0
    for place in range(n_bins):
        low, high = place / n_bins, (place + 1) / n_bins
        inside = (said >= low) & ((said < high) | ((place == n_bins - 1) & (said <= 1)))
        if inside.any():
            total += inside.mean() * abs(said[inside].mean() - happened[inside].mean())
    return total


def test_calibration_error_against_a_loop_over_the_bins():
    rng = np.random.default_rng(0)
    said, happened = rng.random(500), rng.integers(0, 2, 500)
    said[:5] = [0, 1, 1, 0.2, 0.5]
    found = expected_calibration_error(said, happened, n_bins=10)
    assert found == pytest.approx(slow_error(said, happened, 10))
    both = expected_calibration_error(np.r_[said, 0.9], np.r_[happened, -1], n_bins=10)
    assert both == pytest.approx(found)
    assert np.isnan(expected_calibration_error(said, np.full(500, -1)))


def test_honest_answers_have_no_error_and_boasts_have_their_own():
    happened = np.tile([1, 0, 0, 0], 50)
    assert expected_calibration_error(np.full(200, 0.25), happened) == pytest.approx(0)
    assert expected_calibration_error(np.ones(200), happened) == pytest.approx(0.75)


def test_log_loss_is_scikit_learns():
    rng = np.random.default_rng(1)
    said, happened = rng.random(100), rng.integers(0, 2, 100)
    assert log_loss(said, happened) == pytest.approx(scikit_learns(happened, said))
    assert log_loss(np.array([0.0]), np.array([1])) == pytest.approx(-np.log(1e-7))
    assert np.isnan(log_loss(said, np.full(100, -1)))
    shares, truth = rng.dirichlet(np.ones(3), 60), rng.integers(0, 3, 60)
    slow = scikit_learns(truth, shares, labels=[0, 1, 2])
    assert category_log_loss(shares, truth) == pytest.approx(slow)
    assert np.isnan(category_log_loss(shares, np.full(60, -1)))
