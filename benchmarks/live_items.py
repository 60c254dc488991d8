"""How long changed items take to be brought into a shop that answers.

Seconds of processor time on one core, beside those of building the recommender anew, which is
what a service without this would do.

    make bench NAME=live_items
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click
import numpy as np
from scipy import sparse

from modiste.data import columns
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.item_changes import ItemChange, Looks, with_changes
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.threads import one_blas_thread

from generated_shop import LAST_DAY, generated_catalogue, generated_events

_N_FACTORS = 64
_WEIGHTS_AN_ITEM = 50
_TIMES = 5


@click.command()
@click.option("--items", "n_items", type=click.IntRange(2_000), default=100_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
def main(n_items: int, seed: int) -> None:
    """Time it with one change and with a thousand."""
    one_blas_thread()
    started = time.process_time()
    shop = _shop(n_items, seed)
    click.echo(f"shop of {n_items:,} items generated in {time.process_time() - started:.0f} s")
    shop.warm()
    figures: dict[str, Any] = {"items": n_items}
    figures["anew"] = _seconds(lambda: _again(shop))
    for n_changes in (1, 1_000):
        stock = [_changed(shop, row, price=5.0) for row in range(n_changes)]
        added = [_added(shop, row) for row in range(n_changes)]
        figures[f"{n_changes} prices"] = _seconds(partial(with_changes, shop, stock))
        figures[f"{n_changes} new items"] = _seconds(partial(with_changes, shop, added))
        figures[f"the look after {n_changes} new items"] = _next_look(shop, added)
        before = with_changes(shop, [_added(shop, row, "earlier") for row in range(1_000)])
        figures[f"{n_changes} new items after 1,000"] = _seconds(
            partial(with_changes, before, added)
        )
    for name, seconds in figures.items():
        click.echo(f"{name:28} {seconds if name == 'items' else f'{seconds:.3f} s'}")
    click.echo(json.dumps(figures))


def _shop(n_items: int, seed: int) -> Recommender:
    rng = np.random.default_rng(seed)
    catalogue = generated_catalogue(n_items, seed)
    events = generated_events(catalogue, n_items, seed)
    rows = np.repeat(np.arange(n_items), _WEIGHTS_AN_ITEM)
    weights = rng.random(len(rows)).astype(np.float32)
    others = rng.integers(n_items, size=len(rows))
    return Recommender(
        catalogue,
        History.from_events(events, catalogue.item_ids, LAST_DAY),
        Factors(rng.normal(size=(n_items, _N_FACTORS)).astype(np.float32)),
        Ranker.blend_only("a benchmark"),
        item_weights=ItemWeights(
            sparse.csr_matrix((weights, (rows, others)), shape=(n_items, n_items)), "ease"
        ),
    )


def _again(shop: Recommender) -> Recommender:
    catalogue = shop.catalogue
    again = type(catalogue).from_items(
        catalogue.items,
        catalogue.vocabulary,
        embeddings=catalogue.embeddings,
        attributes=catalogue.attributes,
    )
    return Recommender(
        again, shop.history, shop.factors, shop.ranker, item_weights=shop.item_weights
    )


def _changed(shop: Recommender, row: int, **cells: object) -> ItemChange:
    found = shop.catalogue.items.iloc[row].to_dict()
    return ItemChange(str(found[columns.ITEM_ID]), {**found, **cells})


def _added(shop: Recommender, row: int, name: str = "new") -> ItemChange:
    item_id = f"{name}{row}"
    change = _changed(shop, row, **{columns.ITEM_ID: item_id})
    embedding = np.asarray(shop.catalogue.embeddings[row], dtype=np.float16)
    return ItemChange(item_id, change.row, Looks({"floral": 0.5}, embedding))


def _next_look(shop: Recommender, changes: Sequence[ItemChange]) -> float:
    """Return the time of the first look of a changed shop."""
    item_id = shop.catalogue.item_ids.ids[1]
    return _seconds_of(lambda: partial(with_changes(shop, changes).complete, item_id))


def _seconds(act: Any) -> float:
    """Return the least of several runs: what else the machine does only adds."""
    return _seconds_of(lambda: act)


def _seconds_of(make: Callable[[], Any]) -> float:
    """Return the least time of several that are made, which does not count."""
    taken: Sequence[float] = [_once(make()) for _ in range(_TIMES)]
    return round(min(taken), 4)


def _once(act: Any) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


if __name__ == "__main__":
    main()
