import numpy as np
import pytest

from modiste.attribute_model.naming import AttributeNaming
from modiste.data.vocabulary import Vocabulary

NAMES = ("long-sleeved", "long sleeve", "sleeveless", "mini", "floral maxi", "belted")
NAMING = AttributeNaming.of(Vocabulary(("Dress",), ("full",), NAMES, ("part",) * len(NAMES)))


def named(scores, thresholds=0.5):
    thresholds = np.broadcast_to(np.float32(thresholds), len(NAMES))
    return NAMING.named(np.array(scores, dtype=np.float32), thresholds)


def test_spellings_are_one_entry_with_the_greatest_score():
    shown = named([0.9, 0.6, 0, 0, 0, 0.7])
    assert shown == pytest.approx({"long sleeve": 0.9, "belted": 0.7})
    assert list(shown) == ["long sleeve", "belted"]


def test_a_spelling_below_its_threshold_lends_no_score():
    never = np.array([2.0, 0.5, 0.5, 0.5, 0.5, 0.5])
    assert named([0.9, 0.6, 0, 0, 0, 0], never) == pytest.approx({"long sleeve": 0.6})
    assert named([0.9, 0.4, 0, 0, 0, 0], never) == {}


def test_of_names_that_exclude_each_other_the_best_is_left():
    assert list(named([0.6, 0.6, 0.7, 0, 0, 0])) == ["sleeveless"]
    assert list(named([0.9, 0.6, 0.7, 0.6, 0.8, 0.5])) == ["long sleeve", "floral maxi", "belted"]


def test_equal_scores_keep_the_order_of_the_vocabulary():
    assert list(named([0, 0, 0, 0.6, 0.6, 0.6])) == ["mini", "belted"]


def test_nothing_is_named_below_its_threshold_or_by_nan():
    assert named([0.49, np.nan, 0, 0, 0, 0]) == {}
