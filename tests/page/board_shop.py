"""What the board's tests look at: two releases, a store with events and searches, two services."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd

from modiste.data.store.database import Database
from modiste.data.store.schema import EVENTS, QUARANTINED
from modiste.data.store.search_log import Search, SearchLog
from modiste.recommender.manifest import MANIFEST_FILE
from modiste.recommender.release import current_release, publish, write_release
from tests.page.demo_release import DemoRelease
from tests.reliability.keys import NO_RATES, make_keys
from tests.reliability.service import Service
from tests.reliability.store_server import store_server

#: The title of every item of the second release.
NEW_TITLE: Final = "From the second release"
_WRITTEN: Final = datetime(2026, 7, 2, tzinfo=UTC)
_SYSTEMS: Final = ("served", "hybrid", "blend", "popular", "visual")


@dataclass(frozen=True)
class BoardShop:
    """What there is.

    Parameters
    ----------
    releases : Path
    first, second : str
        The release that serves at the start, and another one.
    broken : str
        One of which a file was changed.
    url : str
        Of the database.
    keys : dict of str to str
        By scope.
    """

    releases: Path
    first: str
    second: str
    broken: str
    url: str
    keys: dict[str, str]
    service: Service
    keyed: Service


@contextmanager
def board_shop(demo: DemoRelease, folder: Path) -> Iterator[BoardShop]:
    """Make all of it, and stop the services at the end."""
    releases = folder / "releases"
    shutil.copytree(demo.releases, releases)
    made = current_release(releases)
    first = _copy(releases, made, _WRITTEN, title=None, share=1.0)
    second = _copy(releases, made, _WRITTEN + timedelta(days=1), title=NEW_TITLE, share=0.9)
    broken = _copy(releases, made, _WRITTEN + timedelta(days=2), title=None, share=0.8)
    items = releases / broken / "items.parquet"
    items.write_bytes(items.read_bytes()[:-1] + b"\x00")
    shutil.rmtree(made)
    (releases / "CURRENT").unlink()
    publish(releases, second)
    publish(releases, first)
    with store_server(folder / "store") as store:
        keys = make_keys(store.url, {"admin": ["admin"], "search": ["search"]})
        options = ("--images", str(demo.shop), "--database", store.url)
        with (
            Service(releases, *options, log=folder / "open.log") as service,
            Service(
                releases, *options, "--require-keys", *NO_RATES, log=folder / "keyed.log"
            ) as keyed,
        ):
            _happened(store.url)
            yield BoardShop(releases, first, second, broken, store.url, keys, service, keyed)


def log_searches(url: str, searches: list[Search]) -> None:
    """Write searches down as if they had been made."""
    database = Database.connect(url)
    SearchLog(database).write(searches)
    database.close()


def search(name: str, phrase: str | None, **other: Any) -> Search:
    """Return a search of a minute ago; of one name there is one."""
    values: dict[str, Any] = {
        "search_id": f"{abs(hash(name)):032x}"[:32],
        "page": 0,
        "made_at": datetime.now(UTC) - timedelta(minutes=1),
        "release_id": "r",
        "shown": ("i1",),
        "phrase": phrase,
    }
    return Search(**values | other)


def _copy(releases: Path, made: Path, now: datetime, *, title: str | None, share: float) -> str:
    def write_parts(parts: Path) -> None:
        for file in made.iterdir():
            if file.name != MANIFEST_FILE:
                shutil.copy(file, parts / file.name)
        items = pd.read_parquet(parts / "items.parquet")
        if title is not None:
            items["title"] = title
        # Their order tells releases apart that are made within a second.
        items.to_parquet(parts / "items.parquet", compression="zstd" if share < 1 else "snappy")
        guard = json.loads((parts / "ranker.json").read_text())
        guard["ndcg_at_10"] = {name: _ndcg(share) for name in guard["served"]}
        guard["n_queries"] = dict.fromkeys(guard["served"], 100)
        (parts / "ranker.json").write_text(json.dumps(guard))

    return write_release(
        releases,
        write_parts,
        config={},
        metrics=_metrics(share),
        data_fingerprint="0123456789abcdef",
        now=now,
    ).name


def _ndcg(share: float) -> dict[str, float]:
    return {name: round(share * (0.6 - 0.1 * nth), 4) for nth, name in enumerate(_SYSTEMS[1:])}


def _metrics(share: float) -> dict[str, object]:
    """Return figures in the form in which a training job writes them."""

    def around(value: float) -> dict[str, float]:
        return {"mean": value, "low": value - 0.03, "high": value + 0.03}

    def system(nth: int) -> dict[str, object]:
        ndcg = around(round(share * (0.6 - 0.1 * nth), 4))
        return {
            "ndcg_at_10": ndcg,
            "recall_at_10": ndcg,
            "coverage_at_10": 0.5,
            "n_queries": 964,
            "n_users": 550,
        }

    systems = {name: system(nth) for nth, name in enumerate(_SYSTEMS)}
    segment = {
        "best_single": "visual",
        "served_minus_best_single": around(0.1 * share),
        "n_queries": 720,
    }
    figures = {"category top-1": 0.65, "category top-5": 0.9, "box overlap, mean": 0.83}
    return {
        "network": {
            "n_photos": 667,
            "figures": {
                name: {"value": round(share * value, 4), "baseline": 0.2, "n": 667}
                for name, value in figures.items()
            },
        },
        "ranking": {
            "window": {"as_of": "2026-06-02T00:00:00+00:00", "until": "2026-06-30T00:00:00+00:00"},
            "systems": {"query": systems, "home": systems},
            "segments": {"query_hot": segment, "home_cold": segment},
        },
    }


def _happened(url: str) -> None:
    """Put events and searches into the store."""
    now = datetime.now(UTC)
    names = ("view_item", "view_item", "add_to_cart", "purchase")
    rows = [
        {
            "event_id": f"e{nth}",
            "user_id": "u",
            "item_id": "i1",
            "event_name": names[nth % len(names)],
            "event_time": now - timedelta(minutes=11 * nth),
            "received_at": now - timedelta(minutes=11 * nth),
        }
        for nth in range(80)
    ]
    early = rows[0] | {"event_id": "q", "item_id": "early", "event_time": now + timedelta(hours=5)}
    database = Database.connect(url)
    with database.engine.begin() as connection:
        connection.execute(EVENTS.insert(), rows)
        connection.execute(QUARANTINED.insert(), [early])
    database.close()
    vain = [search(f"z{nth}", "zorgle dress", not_understood=("zorgle",)) for nth in range(3)]
    vain.append(search("blip", "blip", not_understood=("blip",)))
    filters = json.dumps(
        {"price": {"min": 1, "max": 3}, "color": ["navy", "teal"], "brand": {"not": ["Atelier"]}}
    )
    vain.append(search("none", "navy coat", shown=(), filters=filters, not_understood=()))
    log_searches(url, vain)
