from __future__ import annotations

import numpy as np
import pytest

from modiste.recommender.visual_index import VisualIndex

N_ITEMS, SIZE = 3_000, 128


def embeddings(n, seed):
    """Clusters with spread, as a network's are."""
    centres = np.random.default_rng(0).normal(size=(40, SIZE))
    generator = np.random.default_rng(seed)
    found = centres[generator.integers(40, size=n)] + 0.7 * generator.normal(size=(n, SIZE))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


ITEMS, ASKED = embeddings(N_ITEMS, 1), embeddings(20, 2).astype(np.float32)


def slow(k, allowed):
    cosines = ASKED @ ITEMS.astype(np.float32).T
    cosines[:, ~allowed] = -np.inf
    n_found = min(k, int(allowed.sum()))
    return [set(np.argsort(-row)[:n_found].tolist()) for row in cosines]


def shared(found, expected):
    """Return the share of the true neighbours that were found; half-precision ties aside."""
    right = [len(one & set(row.tolist())) for row, one in zip(found, expected, strict=True)]
    return sum(right) / max(sum(map(len, expected)), 1)


@pytest.fixture(scope="module")
def exact():
    return VisualIndex(ITEMS)


@pytest.fixture(scope="module")
def approximate():
    return VisualIndex(ITEMS, approximate_from=1)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 1.0])
def test_exact_index_finds_the_nearest_allowed(exact, share):
    allowed = np.random.default_rng(3).random(N_ITEMS) < share
    found = exact.nearest(ASKED, 50, allowed)
    expected = slow(50, allowed)
    assert [len(row) for row in found] == [len(one) for one in expected]
    assert all(allowed[row].all() for row in found)
    if share:
        assert shared(found, expected) > 0.995


def test_approximate_index_finds_nearly_all(approximate):
    everything = np.ones(N_ITEMS, dtype=bool)
    found = approximate.nearest(ASKED, 100, everything)
    assert shared(found, slow(100, everything)) > 0.97
    cosines = ASKED[0] @ ITEMS[found[0]].astype(np.float32).T
    assert (np.diff(cosines) <= 1e-3).all()  # nearest first, as far as float16 tells


@pytest.mark.parametrize("share", [0.002, 0.01, 0.2])
def test_a_tight_filter_loses_nothing(approximate, share):
    allowed = np.random.default_rng(4).random(N_ITEMS) < share
    found = approximate.nearest(ASKED, 200, allowed)
    expected = slow(200, allowed)
    assert [len(row) for row in found] == [len(one) for one in expected]
    assert shared(found, expected) > 0.995


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_loose_filter_still_gives_as_many_as_asked(approximate, share):
    allowed = np.random.default_rng(5).random(N_ITEMS) < share
    found = approximate.nearest(ASKED, 100, allowed)
    assert all(len(row) == 100 and allowed[row].all() for row in found)
    assert shared(found, slow(100, allowed)) > 0.95


def test_where_the_allowed_are_far_away_all_of_them_are_read(approximate):
    """Half the items are allowed, but none of those near to what is asked."""
    near = ASKED[:1] @ ITEMS.astype(np.float32).T
    allowed = (near < np.median(near))[0]
    found = approximate.nearest(ASKED[:1], 50, allowed)
    expected = [set(np.argsort(-np.where(allowed, near[0], -np.inf))[:50].tolist())]
    assert shared(found, expected) > 0.98


def test_every_item_asked_for(approximate):
    found = approximate.nearest(ASKED[:2], N_ITEMS + 5, np.ones(N_ITEMS, dtype=bool))
    assert all(sorted(row.tolist()) == list(range(N_ITEMS)) for row in found)
