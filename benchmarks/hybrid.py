"""Does the hybrid pay: what it ranks against each of its sources alone.

``make bench NAME=hybrid DATA=...`` needs a directory with ``online-retail``; nothing of it is
part of modiste. The demo shop is drawn and a release trained on it, network and all.
Protocols:

online retail, home page
    Global time split: what each shopper known before buys in the 28 days after it, three
    windows, their shoppers pooled. The ranker is fitted on the five windows before each. Once
    what was bought may be answered again, once it may not.
demo shop, query and home page
    The last window of 28 days: the search or street photo that led to a purchase, for the
    shopper who made it; home pages without either.
demo shop, cold items
    The same window with the items that arrived in it on sale; right are only those that
    nobody had touched before it. Queries where one was bought.

A source alone answers with its own proposals, then by what sells. The issue's peers stand
beside the sources: recent purchases (latest first), BM25 item to item of implicit. Ratios and
differences are paired; intervals are 95 % bootstrap over shoppers.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.attribute_model.runtime import Detector
from modiste.cli import terminal
from modiste.data import columns, online_retail
from modiste.data.dataset import Dataset
from modiste.data.demo_shop.shop import write_demo_shop
from modiste.recommender.agreement import is_weak_match
from modiste.recommender.arrangement import Arranger
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.guard import SEGMENTS
from modiste.recommender.item_to_item import ItemToItem
from modiste.recommender.recommender import Recommender
from modiste.recommender.rules import Rules
from modiste.training.collaborative import AlsConfig
from modiste.training.demo import DemoSize, demo_config
from modiste.training.fitted_parts import street_garments
from modiste.training.item_to_item import ItemToItemConfig, fit_item_to_item
from modiste.training.job import run_job
from modiste.training.list_metrics import diversity_at_k
from modiste.training.metrics import ndcg_at_k, recall_at_k
from modiste.training.ranker import RankerConfig, fit_ranker
from modiste.training.ranking_queries import (
    HOME,
    LabelledQueries,
    QuestionSources,
    labelled_queries,
)
from modiste.training.ranking_sets import pooled_queries
from modiste.training.report import Table
from modiste.training.snapshot import Snapshot
from modiste.training.standings import SERVED, SYSTEMS, K, standings
from modiste.training.time_cuts import Cut, TimeCuts, time_cuts

from harness import Figure, print_figures
from paired_scores import BM25, Scored, by_segment, difference, told

WINDOW = timedelta(days=28)
N_WINDOWS, N_TRAINING = 3, 4
#: Chosen on windows before the first that is scored.
ALS = AlsConfig(n_factors=128, regularization=1.0, alpha=10.0)
ITEM_TO_ITEM = ItemToItemConfig(l2=800.0)
HOME_PAGES = RankerConfig(max_users=5_000, max_questions=0, n_cuts=N_TRAINING)
NEWS = "a fifth new"
RULES = {
    "none": Rules(),
    "diversity 0.1": Rules(diversity=0.1),
    "diversity 0.3": Rules(diversity=0.3),
    "diversity 0.5": Rules(diversity=0.5),
    "2 of a brand": Rules(max_per_brand=2),
    NEWS: Rules(fresh_share=0.2),
}
#: A seed that nothing else draws with; 1,024 was looked at when new arrivals were made to sell.
DEMO_SEED = 2_048


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, rank and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="The directory of real data.")
    parser.add_argument("--out", type=Path, default=Path("runs", "hybrid"))
    parser.add_argument("--parts", nargs="*", default=["online-retail", "demo"])
    given = parser.parse_args(arguments)
    if "online-retail" in given.parts and not (given.data / "online-retail").exists():
        print(f"Skipped: {given.data} has no online-retail.", file=sys.stderr)
        return 2
    start, figures = time.perf_counter(), []
    if "online-retail" in given.parts:
        figures += _online_retail(given.data, given.out / "online-retail")
    if "demo" in given.parts:
        figures += _demo(given.out / "demo")
    print(f"Took {time.perf_counter() - start:.0f} s.")
    print_figures("hybrid", figures)
    return 0 if all(found.met is not False for found in figures) else 1


def _online_retail(data: Path, out: Path) -> list[Figure]:
    online_retail.prepare(data / "online-retail", out)
    dataset = Dataset.read(out)
    catalogue = Catalogue.from_items(dataset.items, dataset.vocabulary)
    figures = []
    for repeats, name, target in (
        ("always", "home page, bought items allowed", 1.3),
        ("never", "home page, never bought before", 1.4),
    ):
        parts = []
        for nth in range(N_WINDOWS, 0, -1):
            parts.append(_window(catalogue, dataset.events, nth, repeats))
            print(f"Online Retail, {name}, window {N_WINDOWS + 1 - nth}", flush=True)
        scored = Scored.joined(parts)
        known = scored.only(~np.char.endswith(np.array(SEGMENTS)[scored.segments], "cold"))
        figures += told(f"Online Retail, {name}", known, target)
        figures += by_segment(f"Online Retail, {name}", scored)
    return figures


def _window(catalogue: Catalogue, events: pd.DataFrame, nth_last: int, repeats: str) -> Scored:
    end = pd.Timestamp(events[columns.EVENT_TIME].max()).to_pydatetime()
    edges = [end + timedelta(microseconds=1) - n * WINDOW for n in range(nth_last + 5, -1, -1)]
    cuts = [Cut(as_of, until) for as_of, until in itertools.pairwise(edges)]
    test = cuts[N_TRAINING + 1]
    ranker = fit_ranker(
        catalogue,
        events,
        als=ALS,
        item_to_item=ITEM_TO_ITEM,
        config=HOME_PAGES,
        cuts=TimeCuts(tuple(cuts[:N_TRAINING]), cuts[N_TRAINING], test),
        repeats=repeats,
    )
    snapshot = Snapshot.take(
        catalogue, events, test.as_of, ALS, item_to_item=ITEM_TO_ITEM, repeats=repeats
    )
    labelled = labelled_queries(
        snapshot, events, test, max_users=HOME_PAGES.max_users, max_questions=0
    )
    found = standings(ranker, snapshot, labelled, SYSTEMS)
    scored = Scored.of(found, labelled, snapshot)
    peers = {BM25: _bm25(snapshot, labelled)}
    values = {name: ndcg_at_k(top, labelled.relevant, K) for name, top in peers.items()}
    return replace(scored, values={**scored.values, **values})


def _bm25(snapshot: Snapshot, labelled: LabelledQueries) -> NDArray[np.int32]:
    source = ItemToItem(fit_item_to_item(snapshot.history, ItemToItemConfig("bm25")))
    best = np.argsort(-snapshot.history.popularity, kind="stable")
    tops = []
    for query in labelled.queries:
        found = source.candidates([query], 200, snapshot.allowed([query])).item_index[0]
        tops.append(_first(np.concatenate([found[found >= 0], best]), query, snapshot))
    return np.array(tops, dtype=np.int32)


def _first(order: NDArray[np.int64], query: object, snapshot: Snapshot) -> NDArray[np.int32]:
    allowed = snapshot.allowed([query])[0]  # type: ignore[list-item]
    kept = order[allowed[order]]
    _, places = np.unique(kept, return_index=True)
    return np.asarray(kept[np.sort(places)][:K], dtype=np.int32)


def _demo(out: Path) -> list[Figure]:
    size = DemoSize()
    write_demo_shop(out / "shop", n_items=size.n_items, n_users=size.n_users, seed=DEMO_SEED)
    dataset = Dataset.read(out / "shop")
    with terminal.progress_bars() as progress:
        published = run_job(
            dataset, out / "releases", demo_config(size, DEMO_SEED), progress=progress
        )
    release = Recommender.load(published.path)
    detector = Detector.load(published.path, dataset.vocabulary)
    asking = QuestionSources(
        release.encoder.text_reader, street_garments(dataset, detector, columns.TEST)
    )
    cut = time_cuts(dataset.events, n_training=RankerConfig.n_cuts).test
    figures = []
    snapshot = _snapshot(release, dataset, cut, None)
    labelled = labelled_queries(snapshot, dataset.events, cut, asking)
    scored = Scored.of(standings(release.ranker, snapshot, labelled, SYSTEMS), labelled, snapshot)
    is_home = labelled.kinds == HOME
    for name, rows, target in (
        ("query with shopper", ~is_home, 1.25),
        ("home page", is_home, 1.1),
    ):
        part = scored.only(rows)
        figures += told(f"Demo shop, {name}", part, target)
        figures += by_segment(f"Demo shop, {name}", part)
    _print_rules(release, snapshot, labelled)
    return [*figures, *_cold(release, dataset, asking, cut)]


def _print_rules(release: Recommender, snapshot: Snapshot, labelled: LabelledQueries) -> None:
    """Print what each of a shop's rules costs and brings, and the difference to none."""
    catalogue = release.catalogue
    ways = {name: _ruled(release, snapshot, labelled, rules) for name, rules in RULES.items()}
    gained = {
        name: (ndcg_at_k(way, labelled.relevant, K), diversity_at_k(way, catalogue, K))
        for name, way in ways.items()
    }
    age = snapshot.history.as_of.timestamp() / 86_400 - catalogue.available_from_days
    rows = []
    for name, way in ways.items():
        brands = [len(np.unique(catalogue.brands[row[row >= 0]])) for row in way]
        rows.append(
            (
                name,
                *(f"{np.nanmean(values):.3f}" for values in gained[name]),
                f"{np.mean(brands):.1f}",
                f"{((age[way] >= 0) & (age[way] <= 28) & (way >= 0)).mean():.3f}",
            )
        )
    header = ("rules", "NDCG@10", "diversity", "brands a list", "newer than 28 days")
    title = "Demo shop, what rules cost and bring, all questions (one product a group)"
    terminal.print_tables([Table(title, header, tuple(rows))])
    for name, (ndcg, diversity) in gained.items():
        if name != "none":
            gain = difference(ndcg, gained["none"][0], labelled.users)
            variety = difference(diversity, gained["none"][1], labelled.users)
            print(f"{name} minus none: NDCG@10 {gain}, diversity {variety}", flush=True)


def _ruled(
    release: Recommender, snapshot: Snapshot, labelled: LabelledQueries, rules: Rules
) -> NDArray[np.int32]:
    """Return what each query is shown by a shop's rules, ``(n_queries, K)`` int32."""
    arranger = Arranger(release.catalogue, snapshot.history, rules)
    ranked = np.full((len(labelled), K), -1, dtype=np.int32)
    for part in pooled_queries(snapshot, labelled):
        scores, weak = release.ranker.scores(part.features), is_weak_match(part.features)
        lists = arranger.arrange(part.pool, scores, weak, K)
        for place, shown in zip(ranked[part.queries], lists, strict=True):
            place[: len(shown.rows)] = part.pool.item_index[shown.rows]  # a view of `ranked`
    return ranked


def _snapshot(
    release: Recommender, dataset: Dataset, cut: Cut, arrived_by: datetime | None
) -> Snapshot:
    config = demo_config(DemoSize(), DEMO_SEED)
    return Snapshot.take(
        release.catalogue,
        dataset.events,
        cut.as_of,
        config.als,
        item_to_item=config.item_to_item,
        arrived_by=arrived_by,
    )


def _cold(
    release: Recommender, dataset: Dataset, asking: QuestionSources, cut: Cut
) -> list[Figure]:
    """Score only what nobody had touched before the window."""
    events = dataset.events
    snapshot = _snapshot(release, dataset, cut, cut.until)
    labelled = labelled_queries(snapshot, events, cut, asking, max_users=5_000)
    untouched = (snapshot.history.popularity == 0).astype(np.float32)
    relevant = labelled.relevant.multiply(untouched[None, :]).tocsr()
    relevant.eliminate_zeros()
    rows = np.flatnonzero(np.diff(relevant.indptr))
    asked = LabelledQueries(
        tuple(labelled.queries[row] for row in rows),
        relevant[rows],
        labelled.users[rows],
        labelled.kinds[rows],
    )
    found = standings(release.ranker, snapshot, asked, SYSTEMS)
    values = {name: recall_at_k(one.ranked, asked.relevant, K) for name, one in found.items()}
    # What a shop does about it: a share of each list is for what has just arrived.
    by_rule = f"{SERVED}, {NEWS}"
    lists = _ruled(release, snapshot, asked, RULES[NEWS])
    values[by_rule] = recall_at_k(lists, asked.relevant, K)
    scored = replace(Scored.of(found, asked, snapshot), values=values)
    is_home, figures = asked.kinds == HOME, []
    for name, part in (
        ("cold items, all", scored),
        ("cold items, query", scored.only(~is_home)),
        ("cold items, home page", scored.only(is_home)),
    ):
        target = 1.0 if part is scored else None
        title = f"Demo shop, {name}"
        figures += told(title, part, target, measure="recall@10")
        figures.append(part.over_best(title, "recall@10", by_rule))
    return figures


if __name__ == "__main__":
    sys.exit(main())
