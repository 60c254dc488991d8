from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from modiste.data.vocabulary import Vocabulary
from modiste.training.calibration import fit_calibration
from modiste.training.network_labels import PhotoLabels
from modiste.training.probability_metrics import (
    category_log_loss,
    expected_calibration_error,
    log_loss,
)

N_ATTRIBUTES = 12
VOCABULARY = Vocabulary(
    ("Dress", "Jeans", "Tee"),
    ("full", "lower", "upper"),
    tuple(f"name {i}" for i in range(N_ATTRIBUTES)),
    ("part", "style") * (N_ATTRIBUTES // 2),
)


def sample(n_photos, seed, *, slope=1.0, shift=0.0, sharpness=1.0):
    """Draw labels from known odds; the scores see them stretched and shifted."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1.5, 1.5, (n_photos, N_ATTRIBUTES))
    truth = (rng.random(odds.shape) < expit(odds)).astype(np.int8)
    logits = rng.normal(0, 1.5, (n_photos, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    category = (rng.random((n_photos, 1)) > shares.cumsum(axis=1)).sum(axis=1).astype(np.int32)
    said = np.exp(sharpness * logits)
    answers = {
        "attributes": expit((odds - shift) / slope).astype(np.float32),
        "category": (said / said.sum(axis=1, keepdims=True)).astype(np.float32),
    }
    item = np.full(n_photos, -1, dtype=np.int32)
    return answers, PhotoLabels(item, category, np.zeros((n_photos, 4), np.float32), truth)


def test_scores_that_say_too_much_are_believed_less_on_photos_never_seen():
    wrong = {"slope": 0.5, "shift": np.linspace(-2, 2, N_ATTRIBUTES), "sharpness": 2.5}
    calibration = fit_calibration(*sample(1500, 0, **wrong), VOCABULARY)
    assert calibration.method == "attribute"
    np.testing.assert_allclose(calibration.slope, 0.5, atol=0.15)
    np.testing.assert_allclose(calibration.intercept, wrong["shift"], atol=0.5)
    assert calibration.temperature == pytest.approx(2.5, rel=0.15)
    answers, labels = sample(4000, 1, **wrong)
    before, after = answers["attributes"], calibration.apply(answers["attributes"])
    assert log_loss(after, labels.attributes) < log_loss(before, labels.attributes) - 0.1
    assert expected_calibration_error(before, labels.attributes) > 0.05
    assert expected_calibration_error(after, labels.attributes) < 0.02
    before, after = answers["category"], calibration.apply_category(answers["category"])
    assert category_log_loss(after, labels.category) < category_log_loss(before, labels.category)
    # What the fit says of photos held out from it is what new photos show.
    figures = calibration.figures
    found = log_loss(calibration.apply(answers["attributes"]), labels.attributes)
    assert figures["attribute_log_loss_after"] == pytest.approx(found, abs=0.02)
    assert figures["attribute_ece_after"] < figures["attribute_ece_before"]
    assert figures["category_ece_after"] < figures["category_ece_before"]


def test_scores_that_are_right_are_left_alone():
    calibration = fit_calibration(*sample(600, 2), VOCABULARY)
    assert calibration.method in ("identity", "overall")
    np.testing.assert_allclose(calibration.slope, 1, atol=0.1)
    assert calibration.temperature == pytest.approx(1, abs=0.2)


def test_a_rare_attribute_keeps_near_the_line_of_its_type():
    answers, labels = sample(400, 3, slope=0.5, shift=np.where(np.arange(12) % 2, 2.0, -2.0))
    truth = labels.attributes.copy()
    truth[:, 0] = -1  # nobody looked at it
    truth[4:, 1] = -1
    calibration = fit_calibration(answers, replace(labels, attributes=truth), VOCABULARY)
    assert calibration.intercept[0] == pytest.approx(calibration.intercept[2::2].mean(), abs=0.3)
    assert calibration.intercept[1] == pytest.approx(calibration.intercept[3::2].mean(), abs=0.8)


def test_nothing_to_learn_from_changes_nothing():
    answers, labels = sample(100, 4)
    unknown = replace(
        labels,
        attributes=np.full_like(labels.attributes, -1),
        category=np.full_like(labels.category, -1),
    )
    few = {name: scores[:10] for name, scores in answers.items()}
    for given in ((answers, unknown), (few, labels.take(np.arange(10)))):
        calibration = fit_calibration(*given, VOCABULARY)
        assert not calibration.changes_attributes
        assert calibration.temperature == 1
        assert calibration.figures == {}


def test_a_nan_score_counts_for_nothing():
    answers, labels = sample(300, 5, slope=0.5)
    broken = answers["attributes"].copy()
    broken[:, 3] = np.nan
    calibration = fit_calibration(answers | {"attributes": broken}, labels, VOCABULARY)
    np.testing.assert_allclose(calibration.slope, 0.5, atol=0.2)


def test_photos_of_one_item_are_held_out_together():
    # Twenty copies of one photo say no more than the photo.
    answers, labels = sample(30, 6, slope=0.5)
    times = np.repeat(np.arange(30), 20)
    copies = {name: scores[times] for name, scores in answers.items()}
    together = replace(labels.take(times), item=times.astype(np.int32))
    apart = labels.take(times)
    of_items = fit_calibration(copies, together, VOCABULARY).figures["attribute_log_loss_after"]
    of_photos = fit_calibration(copies, apart, VOCABULARY).figures["attribute_log_loss_after"]
    assert of_items > of_photos


def test_the_same_seed_gives_the_same_numbers():
    first, second = (fit_calibration(*sample(200, 7, slope=0.5), VOCABULARY) for _ in range(2))
    assert first.to_json() == second.to_json()


def test_answers_and_labels_must_match():
    answers, labels = sample(30, 8)
    with pytest.raises(ValueError, match=r"each of 20 labels\. Received: 30 of attributes"):
        fit_calibration(answers, labels.take(np.arange(20)), VOCABULARY)
