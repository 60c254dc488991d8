"""Does a look hold together: given one item of a basket, is another of it found.

``make bench NAME=looks DATA=...`` needs a directory with ``online-retail``; the demo shop is
simulated, without its photos. Protocols:

Online Retail
    Global time split, three windows of 28 days. A basket is what a shopper bought on one day; one
    item of it, drawn, is asked about, and right are the others. The source has neither attributes
    nor photos, so content alone has nothing to say.
demo shop
    Two windows of shops of other seeds. Its shoppers buy no sets: each visit is for one category.
    Right is what the shopper bought within a week of the item, of another kind, which tells no
    more than taste. The attributes are those that the shop names.

What a release made at the cut would answer is scored, its share of a category a list included;
with the shopper, and without. Every other way ranks the same items, then by what sells.
``--choose`` tries `LookWeights` on the two windows before those scored, and shops of other seeds.
Intervals are 95 % bootstrap over shoppers.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.cli import terminal
from modiste.data import columns, online_retail
from modiste.data.dataset import Dataset
from modiste.data.demo_shop.behaviour import make_world, simulate
from modiste.data.demo_shop.catalogue import make_catalogue
from modiste.data.demo_shop.vocabulary import demo_vocabulary
from modiste.recommender.arrangement import Arranger
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.completion import Completer
from modiste.recommender.eligibility import Limits
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.looks import LookWeights
from modiste.recommender.purchase_evidence import PurchaseEvidence
from modiste.recommender.rules import Rules
from modiste.training.bootstrap import bootstrap_interval
from modiste.training.collaborative import AlsConfig
from modiste.training.item_to_item import ItemToItemConfig, fit_item_to_item
from modiste.training.metrics import hit_rate_at_k, ndcg_at_k
from modiste.training.report import Table
from modiste.training.snapshot import Snapshot

from harness import Figure, figure, print_figures

WINDOW = timedelta(days=28)
K = 10
COMPLETE, FOR_SHOPPER = "complete", "complete, shopper known"
EASE, BM25, TOGETHER, CONTENT, POPULAR, BEFORE = (
    "item to item (EASE)",
    "item to item (BM25)",
    "bought together, counted",
    "content alone",
    "popular",
    "bought before, whatever is asked",
)
#: What each way of completing is held against: the last knows the shopper.
AGAINST = {
    COMPLETE: (EASE, BM25, TOGETHER, CONTENT, POPULAR),
    FOR_SHOPPER: (EASE, BM25, TOGETHER, CONTENT, POPULAR, BEFORE),
}
DEMO_SEEDS, DEMO_SEEDS_OF_CHOICE = (2_048, 2_049, 2_050), (11, 12, 13)
GRID = {
    "prior_pairs": (10.0, 50.0, 200.0),
    "fit": (0.0, 0.5, 1.0),
    "repeat": (2.0, 4.0, 8.0),
    "collaborative": (0.0, 1.0, 3.0),
    "taste": (0.0, 1.0, 3.0),
}


@dataclass(frozen=True)
class Asked:
    """Looks to complete at one moment.

    Parameters
    ----------
    snapshot : Snapshot
    queries : tuple of EncodedQuery
        Of the item and the shopper.
    relevant : csr_matrix
        Shape ``(n_queries, n_items)``.
    users : tuple of str
    """

    snapshot: Snapshot
    queries: tuple[EncodedQuery, ...]
    relevant: sparse.csr_matrix
    users: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, score and print; 1 if completing falls short of the best other way."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="The directory of real data.")
    parser.add_argument("--out", type=Path, default=Path("runs", "looks"))
    parser.add_argument("--choose", action="store_true", help="Try weights on earlier windows.")
    given = parser.parse_args(arguments)
    if not (given.data / "online-retail").exists():
        print(f"Skipped: {given.data} has no online-retail.", file=sys.stderr)
        return 2
    start = time.perf_counter()
    online_retail.prepare(given.data / "online-retail", given.out)
    dataset = Dataset.read(given.out)
    catalogue = Catalogue.from_items(dataset.items, dataset.vocabulary)
    windows = (5, 4) if given.choose else (3, 2, 1)
    seeds = DEMO_SEEDS_OF_CHOICE if given.choose else DEMO_SEEDS
    als, item_to_item = AlsConfig(128, 1.0, 10.0), ItemToItemConfig(l2=800.0)
    parts = {
        "Online Retail": [
            _asked(catalogue, dataset.events, nth, _same_day, als, item_to_item) for nth in windows
        ],
        "demo shop": [
            _asked(*shop, nth, _same_week) for shop in map(_demo, seeds) for nth in (2, 1)
        ],
    }
    figures: list[Figure] = []
    for name, asked in parts.items():
        figures += _choose(name, asked) if given.choose else _told(name, asked)
    print(f"Took {time.perf_counter() - start:.0f} s.")
    print_figures("looks", figures)
    return 0 if all(found.met is not False for found in figures) else 1


def _demo(seed: int) -> tuple[Catalogue, pd.DataFrame]:
    rng = [np.random.default_rng([seed, n]) for n in range(3)]
    made = make_catalogue(1_500, rng[0])
    events = simulate(make_world(made, 1_200, rng[1]), rng[2])
    return Catalogue.from_items(made.items, demo_vocabulary()), events


def _same_day(bought: pd.DataFrame) -> list[tuple[str, int, NDArray[np.int32]]]:
    """Return a shopper, an item and the others of each basket: what was bought on one day."""
    rng = np.random.default_rng(0)
    found = []
    for (user, _), rows in bought.groupby(["user", bought["day"] // 1]):
        items = rows["item"].unique()
        item = int(rng.choice(items))
        found.append((user, item, items[items != item]))
    return found


def _same_week(bought: pd.DataFrame) -> list[tuple[str, int, NDArray[np.int32]]]:
    """Return a shopper, an item and what they bought within a week of it, for each purchase."""
    found = []
    for user, rows in bought.groupby("user"):
        item, day = rows["item"].to_numpy(), rows["day"].to_numpy()
        for nth in range(len(rows)):
            near = np.unique(item[np.abs(day - day[nth]) <= 7.0])
            found.append((user, int(item[nth]), near[near != item[nth]]))
    return found


def _asked(
    catalogue: Catalogue,
    events: pd.DataFrame,
    nth_last: int,
    baskets: Callable[[pd.DataFrame], list[tuple[str, int, NDArray[np.int32]]]],
    als: AlsConfig | None = None,
    item_to_item: ItemToItemConfig | None = None,
) -> Asked:
    times = events[columns.EVENT_TIME]
    as_of = pd.Timestamp(times.max()) + timedelta(microseconds=1) - nth_last * WINDOW
    until = as_of + WINDOW
    snapshot = Snapshot.take(
        catalogue,
        events,
        as_of.to_pydatetime(),
        als,
        item_to_item=item_to_item,
        arrived_by=until.to_pydatetime(),
    )
    inside = (times >= as_of) & (times < until) & (events[columns.EVENT_NAME] == columns.PURCHASE)
    rows = events[inside]
    bought = pd.DataFrame(
        {
            "user": rows[columns.USER_ID].to_numpy(dtype=object),
            "item": catalogue.item_ids.indices(rows[columns.ITEM_ID].tolist()),
            "day": rows[columns.EVENT_TIME].dt.as_unit("us").astype("int64") / 86_400e6,
        }
    )
    completer = _completer(snapshot, LookWeights())
    fits: dict[int, NDArray[np.bool_]] = {}
    queries, answers, users = [], [], []
    for user, item, others in baskets(bought[bought["item"] >= 0]):
        known = snapshot.history.user_ids.index(user)
        shopper = EncodedQuery.of_user(snapshot.history, -1 if known is None else known)
        query = EncodedQuery.of_item(catalogue, item, shopper)
        if item not in fits:
            fits[item] = completer.looks.goes_with(item)
        right = others[(snapshot.allowed([query])[0] & fits[item])[others]]
        if len(right):
            queries.append(query)
            answers.append(right)
            users.append(user)
    indptr = np.concatenate([[0], np.cumsum([len(right) for right in answers])])
    relevant = sparse.csr_matrix(
        (np.ones(indptr[-1], dtype=np.float32), np.concatenate(answers), indptr),
        shape=(len(queries), catalogue.n_items),
    )
    return Asked(snapshot, tuple(queries), relevant, tuple(users))


def _completer(snapshot: Snapshot, weights: LookWeights) -> Completer:
    evidence = PurchaseEvidence(snapshot.catalogue, snapshot.factors, snapshot.item_weights)
    return Completer(snapshot.catalogue, snapshot.history, snapshot.sources, evidence, weights)


def _completed(asked: Asked, weights: LookWeights, *, shopper: bool) -> NDArray[np.int32]:
    """Return what would be shown, ``(n_queries, K)`` int32."""
    snapshot = asked.snapshot
    completer = _completer(snapshot, weights)
    arranger = Arranger(snapshot.catalogue, snapshot.history, Rules())
    limits = Limits(K, snapshot.on_sale)
    ids = snapshot.catalogue.item_ids
    ranked = np.full((len(asked.queries), K), -1, dtype=np.int32)
    for row, query in enumerate(asked.queries):
        allowed = snapshot.allowed([query])[0]
        who = query if shopper else EncodedQuery.of_item(snapshot.catalogue, query.item_index)
        shown = completer.complete(who, allowed, limits, arranger)
        ranked[row, : len(shown)] = ids.indices([found.item_id for found in shown])
    return ranked


def _others(asked: Asked) -> Mapping[str, NDArray[np.int32]]:
    """Return what each other way shows."""
    snapshot = asked.snapshot
    catalogue, history = snapshot.catalogue, snapshot.history
    looks = _completer(snapshot, LookWeights()).looks
    items = np.array([query.item_index for query in asked.queries])
    profiles = catalogue.attribute_profiles
    scores = {
        POPULAR: sparse.csr_matrix((len(items), catalogue.n_items)),
        TOGETHER: looks.shoppers[items],
        EASE: snapshot.item_weights.weights[items],
        BM25: fit_item_to_item(history, ItemToItemConfig("bm25")).weights[items],
        BEFORE: _bought_before(asked),
    }
    if profiles.nnz:
        scores[CONTENT] = profiles[items] @ profiles.T
    sells = history.popularity / max(float(history.popularity.max()), 1e-9)
    ranked = {name: np.full((len(items), K), -1, dtype=np.int32) for name in scores}
    for row, query in enumerate(asked.queries):
        fits = snapshot.allowed([query])[0] & looks.goes_with(query.item_index)
        for name, values in scores.items():
            own = values[[row]].toarray()[0] + 1e-7 * sells
            best = np.argsort(-np.where(fits, own, -np.inf), kind="stable")[:K]
            ranked[name][row, : fits[best].sum()] = best[fits[best]]
    return ranked


def _bought_before(asked: Asked) -> sparse.csr_matrix:
    """Return the repeat source's score of what each shopper bought."""
    repeat, queries = asked.snapshot.sources["repeat"], asked.queries
    rows = np.repeat(np.arange(len(queries)), [len(query.purchased) for query in queries])
    items = np.concatenate([query.purchased for query in queries])
    scores = repeat.pair_scores(queries, rows.astype(np.int32), items)
    return sparse.csr_matrix((scores, (rows, items)), shape=asked.relevant.shape)


def _told(title: str, parts: Sequence[Asked]) -> list[Figure]:
    users = np.concatenate([one.users for one in parts])
    codes = np.unique(users, return_inverse=True)[1].astype(np.int32)
    values: dict[str, dict[str, NDArray[np.float64]]] = {"hit@10": {}, "NDCG@10": {}}
    ways = [
        {
            FOR_SHOPPER: _completed(one, LookWeights(), shopper=True),
            COMPLETE: _completed(one, LookWeights(), shopper=False),
            **_others(one),
        }
        for one in parts
    ]
    for name in ways[0]:
        for measure, metric in (("hit@10", hit_rate_at_k), ("NDCG@10", ndcg_at_k)):
            values[measure][name] = np.concatenate(
                [metric(way[name], one.relevant, K) for way, one in zip(ways, parts, strict=True)]
            )
    rows = tuple(
        (name, *(str(bootstrap_interval(values[measure][name], codes)) for measure in values))
        for name in ways[0]
    )
    heading = f"{title}: {len(users):,} items of {len(np.unique(users)):,} shoppers"
    terminal.print_tables([Table(heading, ("way of ranking", *values), rows)])
    cold = np.concatenate([_is_cold(one) for one in parts])
    figures = []
    for name, measure in itertools.product((COMPLETE, FOR_SHOPPER), values):
        found = values[measure]
        best = max(
            (one for one in AGAINST[name] if one in found),
            key=lambda one: float(found[one].mean()),
        )
        figures.append(_gain(f"{title}: {measure}, {name}", found[name], found[best], codes, best))
        if cold.any():
            only = f"{title}, items nobody had bought: {measure}, {name}"
            part = found[name][cold], found[best][cold], codes[cold]
            figures.append(_gain(only, *part, best, target=None))
    return figures


def _gain(
    title: str,
    own: NDArray[np.float64],
    other: NDArray[np.float64],
    codes: NDArray[np.int32],
    best: str,
    *,
    target: float | None = 0.0,
) -> Figure:
    gain = bootstrap_interval(own - other, codes)
    print(f"{title} minus {best} ({gain.n_users:,} shoppers): {gain}", flush=True)
    return figure(
        f"{title}, minus {best}, upper end of the interval",
        gain.high,
        interval=(gain.low, gain.high),
        baseline=round(float(other.mean()), 6),
        at_least=target,
    )


def _is_cold(asked: Asked) -> NDArray[np.bool_]:
    items = np.array([query.item_index for query in asked.queries])
    cold: NDArray[np.bool_] = asked.snapshot.history.item_purchases[items] == 0
    return cold


def _choose(title: str, parts: Sequence[Asked]) -> list[Figure]:
    """Print NDCG@10 of each weight, the others as they are."""
    usual = LookWeights()
    tried = [usual, *(replace(usual, **{name: v}) for name, vs in GRID.items() for v in vs)]
    rows = []
    for weights in dict.fromkeys(tried):
        found = [
            [ndcg_at_k(_completed(one, weights, shopper=s), one.relevant, K) for one in parts]
            for s in (False, True)
        ]
        told = (f"{np.concatenate(values).mean():.4f}" for values in found)
        rows.append((str(weights).removeprefix("LookWeights"), *told))
        print(*rows[-1], flush=True)
    terminal.print_tables([Table(title, ("weights", COMPLETE, FOR_SHOPPER), tuple(rows))])
    return []


if __name__ == "__main__":
    sys.exit(main())
