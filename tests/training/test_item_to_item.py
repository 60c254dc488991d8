from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from test_collaborative import checkerboard

from modiste.data.identifiers import IdMap
from modiste.errors import ReleaseError
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemToItem, ItemWeights
from modiste.training.item_to_item import ItemToItemConfig, _mirror_lower, fit_item_to_item

N_ITEMS = 20


def slow_ease(touched, l2):
    """Steck 2019, algorithm 1, as printed."""
    gram = touched.T @ touched + l2 * np.eye(touched.shape[1])
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def test_ease_is_that_of_the_paper():
    board = checkerboard()
    fitted = fit_item_to_item(board, ItemToItemConfig("ease", l2=10.0))
    expected = slow_ease(board.toarray().astype(np.float64), 10.0)
    np.testing.assert_allclose(fitted.weights.toarray(), expected, atol=1e-5)
    assert fitted.method == "ease"


@pytest.mark.parametrize("method", ["ease", "bm25"])
def test_weights_find_the_other_squares_of_the_checkerboard(method):
    weights = fit_item_to_item(checkerboard(), ItemToItemConfig(method, l2=10.0)).weights.toarray()
    same = weights[::2, ::2][~np.eye(N_ITEMS // 2, dtype=bool)]
    assert same.mean() > 0
    assert same.mean() > 5 * np.abs(weights[::2, 1::2]).mean()
    assert not np.diag(weights).any()


@pytest.mark.parametrize("method", ["ease", "bm25"])
def test_only_the_strongest_of_each_row_are_kept(method):
    board = checkerboard()
    whole = fit_item_to_item(board, ItemToItemConfig(method)).weights.toarray()
    few = fit_item_to_item(board, ItemToItemConfig(method, n_neighbours=4)).weights
    assert (np.diff(few.indptr) == 4).all()
    for row in range(N_ITEMS):
        kept = few[[row]].toarray()[0]
        left_out = np.where(kept == 0, np.abs(whole[row]), 0)
        assert np.abs(kept[kept != 0]).min() >= left_out.max()


def test_bm25_proposes_what_implicit_does():
    from implicit.nearest_neighbours import BM25Recommender

    board = checkerboard(n_users=80)
    weights = fit_item_to_item(board, ItemToItemConfig("bm25", n_neighbours=6)).weights
    peer = BM25Recommender(K=7, num_threads=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it hands itself another kind of matrix
        peer.fit(board, show_progress=False)
    own = np.asarray((board @ weights).todense())
    for user in range(10):
        ids, scores = peer.recommend(user, board[[user]], N=8, filter_already_liked_items=True)
        ids, scores = ids[scores > 0], scores[scores > 0]
        new = np.where(board[[user]].toarray()[0] > 0, 0.0, own[user])
        assert len(ids) == (new > 0).sum() > 0
        # The same but for their scale.
        np.testing.assert_allclose(new[ids] / new[ids[0]], scores / scores[0], rtol=1e-4)
    assert weights.data.max() == 1.0


def test_the_method_does_not_depend_on_what_was_touched_yet():
    few = checkerboard().tolil()
    few[:, 4:] = 0
    config = ItemToItemConfig(max_ease_items=N_ITEMS - 1)
    assert fit_item_to_item(few.tocsr(), config).method == "bm25"


def test_a_symmetric_matrix_is_mirrored_across_chunks():
    full = np.random.default_rng(0).normal(size=(2_100, 2_100)).astype(np.float32)
    full += full.T
    half = np.tril(full)
    half[np.triu_indices(2_100, 1)] = 7.0
    _mirror_lower(half)
    np.testing.assert_array_equal(half, full)


def test_large_catalogues_get_bm25():
    config = ItemToItemConfig(max_ease_items=N_ITEMS - 1)
    assert fit_item_to_item(checkerboard(), config).method == "bm25"
    assert fit_item_to_item(checkerboard(), ItemToItemConfig()).method == "ease"


def test_an_item_nobody_touched_says_nothing_and_is_not_proposed():
    board = checkerboard().tolil()
    board[:, 5] = 0
    weights = fit_item_to_item(board.tocsr()).weights.toarray()
    assert not weights[5].any()
    assert not weights[:, 5].any()
    assert fit_item_to_item(sparse.csr_matrix((0, 3))).weights.shape == (3, 3)


def test_how_often_does_not_count_and_the_histories_stay_as_they_are():
    board = checkerboard()
    often = board.copy()
    often.data *= np.random.default_rng(0).integers(1, 9, often.nnz)
    before = (often.data.copy(), often.indices.copy())
    first, second = fit_item_to_item(board).weights, fit_item_to_item(often).weights
    np.testing.assert_array_equal(first.toarray(), second.toarray())
    np.testing.assert_array_equal(before[0], often.data)
    np.testing.assert_array_equal(before[1], often.indices)


def test_a_fit_leaves_the_order_of_a_history():
    """SciPy sorts a matrix's columns in place, which would part items from their purchases."""
    events = pd.DataFrame(
        {
            "user_id": "one",
            "item_id": ["c", "a", "b"],
            "event_name": "purchase",
            "event_time": pd.date_range("2026-01-01", periods=3, tz="UTC"),
            "quantity": pd.array([1, 1, 1], dtype="Int64"),
        }
    )
    history = History.from_events(events, IdMap(["a", "b", "c"]))
    assert history.item_index.tolist() == [2, 0, 1]
    fit_item_to_item(history)
    assert history.item_index.tolist() == [2, 0, 1]


def test_parts_add_up_to_the_score():
    weights = fit_item_to_item(checkerboard(), ItemToItemConfig(l2=5.0))
    source = ItemToItem(weights)
    query = EncodedQuery(
        history=np.array([8, 2, 5], dtype=np.int32), history_weights=np.ones(3, dtype=np.float32)
    )
    items = np.arange(N_ITEMS, dtype=np.int32)
    scores = source.pair_scores([query], np.zeros(N_ITEMS, dtype=np.int32), items)
    np.testing.assert_allclose(source.parts(query.history, items).sum(axis=1), scores, rtol=1e-5)


def test_the_same_after_the_disk(tmp_path):
    fitted = fit_item_to_item(checkerboard())
    fitted.save(tmp_path)
    read = ItemWeights.load(tmp_path, N_ITEMS)
    assert (read.weights != fitted.weights).nnz == 0
    assert read.method == fitted.method
    with pytest.raises(ReleaseError, match=r"one row for each of 7 items.*Received: 20"):
        ItemWeights.load(tmp_path, 7)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "knn"}, "method must be one of"),
        ({"l2": 0.0}, "l2"),
        ({"n_neighbours": 0}, "n_"),
    ],
)
def test_settings_out_of_range_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        ItemToItemConfig(**given)
