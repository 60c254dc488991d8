from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from modiste.data.identifiers import IdMap
from modiste.recommender.collaborative import Factors
from modiste.training.collaborative import AlsConfig, fit_collaborative
from modiste.training.hold_out import collaborative_hits, hold_out_last, popular_hits


def checkerboard(n_users=40, n_items=20):
    """Even shoppers buy even items, odd ones odd items; a few are left to be guessed."""
    board = np.add.outer(np.arange(n_users), np.arange(n_items)) % 2 == 0
    board &= np.random.default_rng(0).random(board.shape) < 0.8
    return sparse.csr_matrix(board.astype(np.float32))


def test_factors_find_the_other_squares_of_the_checkerboard():
    board = checkerboard()
    factors = fit_collaborative(board, AlsConfig(n_factors=4)).item_factors
    same = factors[::2] @ factors[::2].T
    other = factors[::2] @ factors[1::2].T
    assert same.min() > other.max()


def test_the_same_seed_gives_the_same_bytes():
    board = checkerboard()
    config = AlsConfig(n_factors=8, seed=3)
    first, again = (fit_collaborative(board, config) for _ in range(2))
    assert first.item_factors.tobytes() == again.item_factors.tobytes()
    other = fit_collaborative(board, AlsConfig(n_factors=8, seed=4))
    assert first.item_factors.tobytes() != other.item_factors.tobytes()


def test_factors_survive_the_disk_with_what_fold_in_needs(tmp_path):
    fitted = fit_collaborative(checkerboard(), AlsConfig(n_factors=4, alpha=7.0))
    fitted.save(tmp_path)
    read = Factors.load(tmp_path, 20)
    np.testing.assert_array_equal(read.item_factors, fitted.item_factors)
    assert (read.alpha, read.regularization) == (7.0, 0.1)


def test_an_item_nobody_touched_has_factors_of_zero():
    board = checkerboard().tolil()
    board[:, 5] = 0
    factors = fit_collaborative(board.tocsr(), AlsConfig(n_factors=4)).item_factors
    assert not factors[5].any()
    assert factors[4].any()


def test_no_events_give_zeros():
    factors = fit_collaborative(sparse.csr_matrix((0, 3), dtype=np.float32))
    assert factors.item_factors.shape == (3, 64)
    assert not factors.item_factors.any()


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_bad_weights_are_refused(bad):
    with pytest.raises(ValueError, match="finite and at least 0"):
        fit_collaborative(sparse.csr_matrix(np.array([[1.0, bad]], dtype=np.float32)))


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="n_factors"):
        AlsConfig(n_factors=0)


def purchases(rows):
    return pd.DataFrame(
        {
            "user_id": [user for user, _, _ in rows],
            "item_id": [item for _, item, _ in rows],
            "event_name": "purchase",
            "event_time": pd.to_datetime([f"2026-01-{day:02}" for _, _, day in rows], utc=True),
        }
    )


def test_the_last_new_item_is_held_out():
    rows = [
        ("u", "a", 1),
        ("u", "b", 5),
        ("u", "a", 9),
        ("v", "c", 1),
        ("w", "b", 3),
        ("w", "c", 3),
    ]
    ids = IdMap(["a", "b", "c"])
    split = hold_out_last(purchases(rows), ids)
    # u bought a again last, but b is the last that was new; v has only one; w ties by row.
    assert split.held_out.tolist() == [1, 2]
    assert split.weights.toarray().tolist() == [[1, 0, 0], [0, 1, 0]]


def test_the_validation_split_does_not_see_the_last_item():
    rows = [("u", "a", 1), ("u", "b", 11), ("u", "c", 12)]
    split = hold_out_last(purchases(rows), IdMap("abc"), steps_back=1)
    assert split.held_out.tolist() == [1]
    assert split.weights.toarray().tolist() == [[1, 0, 0]]
    decayed = hold_out_last(purchases(rows), IdMap("abc"), half_life_days=10)
    assert decayed.weights.toarray().tolist() == [[0.5, 1, 0]]


def test_collaborative_beats_popular_on_the_checkerboard():
    board = checkerboard()
    generator = np.random.default_rng(0)
    rows = []
    for user in range(board.shape[0]):
        items = generator.permutation(board[[user]].indices)
        rows += [(f"u{user:02}", f"i{item:02}", day + 1) for day, item in enumerate(items)]
    split = hold_out_last(purchases(rows), IdMap([f"i{item:02}" for item in range(20)]))
    hits = collaborative_hits(split, AlsConfig(n_factors=4), k=3)
    assert hits.shape == (40,)
    assert hits.mean() > 0.8
    assert popular_hits(split, k=3).mean() < 0.6
