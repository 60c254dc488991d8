"""Items in a real PostgreSQL: versions, tombstones, and workers that are killed."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import text

from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.item_log import ItemLog
from modiste.data.store.item_queue import ItemQueue, Read
from modiste.data.store.live_item import Delete, ItemRow, LiveItem, Patch, Refused, Upsert

ROW = ItemRow(
    "Striped dress",
    description="It's 100% cotton; %s 👗",
    attributes=("striped", "cotton"),
    price=9.5,
    available_from=datetime(2026, 1, 1, tzinfo=UTC),
)
PHOTO = b"\xff\xd8\xff a photo"


@pytest.fixture
def items(database: Database) -> ItemLog:
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE items, item_photos, item_queue"))
    return ItemLog(database)


@pytest.fixture
def queue(database: Database) -> ItemQueue:
    return ItemQueue(database)


def nothing(_item_id: str) -> ItemRow | None:
    return None


def write(items: ItemLog, *writes, known=nothing) -> list[LiveItem | Refused]:
    return items.write(writes, known)


def test_an_item_comes_back_as_it_was_written(items: ItemLog) -> None:
    (written,) = write(items, Upsert("a", ROW, PHOTO))
    assert items.get("a") == written
    assert (written.row, written.version, written.state) == (ROW, 1, "pending")
    assert items.photo("a") == PHOTO
    assert len(items) == 1


def test_versions_count_and_looks_are_read_again_only_if_they_changed(
    items: ItemLog, queue: ItemQueue
) -> None:
    write(items, Upsert("a", ROW, PHOTO))
    for number, (changed, looks_version) in enumerate(
        [({"price": None}, 1), ({"availability": "out_of_stock"}, 1), ({"title": "Dress"}, 4)], 2
    ):
        (found,) = write(items, Patch("a", changed))
        assert (found.version, found.looks_version) == (number, looks_version)
    # The same item again, photo and all, is nothing new to look at.
    (same,) = write(items, Upsert("a", found.row, PHOTO))
    assert (same.version, same.looks_version) == (5, 4)
    assert len(queue) == 2


def test_what_only_a_release_has_can_be_changed_and_taken_out(items: ItemLog) -> None:
    def known(item_id: str) -> ItemRow | None:
        return ROW if item_id.startswith("released") else None

    patched, gone, unknown = write(
        items,
        Patch("released 1", {"price": 1.0}),
        Delete("released 2"),
        Patch("other", {"price": 1.0}),
        known=known,
    )
    assert patched.row == ROW.patched({"price": 1.0})
    assert (patched.state, patched.looks_version) == ("released", 0)
    assert gone.row is None
    assert gone.reborn
    assert isinstance(unknown, Refused)
    assert unknown.code == "unknown_item"
    # A tombstone holds though the release still has it, and an item that comes back is new.
    assert isinstance(write(items, Patch("released 2", {}), known=known)[0], Refused)
    (again,) = write(items, Upsert("released 2", ROW), known=known)
    assert (again.reborn, again.version, again.state) == (True, 2, "pending")


def test_no_update_is_lost(items: ItemLog) -> None:
    write(items, Upsert("a", ROW))
    first, second = write(
        items, Patch("a", {"price": 1.0}, if_version=1), Patch("a", {"price": 2.0}, if_version=1)
    )
    assert first.version == 2
    assert isinstance(second, Refused)
    assert second.code == "changed_since"
    assert "version 2" in second.message
    assert items.get("a").row.price == 1.0
    assert isinstance(write(items, Delete("a", if_version=1))[0], Refused)

    def bump(_number: int) -> bool:
        # Read and written until nobody came between: every increment counts.
        for _ in range(200):
            now = items.get("a")
            patch = Patch("a", {"price": now.row.price + 1}, if_version=now.version)
            if isinstance(write(items, patch)[0], LiveItem):
                return True
        return False

    with ThreadPoolExecutor(4) as writers:
        assert all(writers.map(bump, range(12)))
    assert items.get("a").row.price == 13.0


def test_who_follows_misses_nothing(items: ItemLog) -> None:
    """Positions are seen in their order, though transactions end in any."""
    seen: list[tuple[int, str, int]] = []
    done = False

    def follow() -> None:
        position = 0
        while True:
            was_done = done
            page = items.since(position, limit=7)
            for item in page:
                assert item.position > position
                position = item.position
                seen.append((position, item.item_id, item.version))
            if was_done and not page:
                return

    def change(number: int) -> None:
        ids = [f"i{(number + n) % 10}" for n in range(4)]
        write(items, *(Upsert(one, ROW.patched({"price": float(number)})) for one in ids))

    with ThreadPoolExecutor(5) as threads:
        follower = threads.submit(follow)
        list(threads.map(change, range(40)))
        done = True
        follower.result()
    last = {item_id: version for _, item_id, version in seen}
    assert last == {f"i{n}": items.get(f"i{n}").version for n in range(10)}


def test_a_description_is_kept_unless_the_item_changed_meanwhile(
    items: ItemLog, queue: ItemQueue
) -> None:
    write(items, Upsert("a", ROW, PHOTO), Upsert("b", ROW), Upsert("c", ROW), Delete("c"))
    embedding = np.arange(4, dtype=np.float16)

    def describe(waiting):
        assert [(item.item_id, photo) for item, photo in waiting] == [("a", PHOTO), ("b", None)]
        write(items, Patch("b", {"title": "Another"}))
        return [Read("Dress", ("midi",), {"striped": 0.5}, embedding), Read(error="bad")]

    assert queue.work(describe, "network 1", limit=3) == 2
    found = items.get("a")
    assert (found.state, found.described_by, found.seen) == (
        "described",
        "network 1",
        {"striped": 0.5},
    )
    assert (found.said_category, found.said_attributes) == ("Dress", ("midi",))
    np.testing.assert_array_equal(found.embedding, embedding)
    assert items.get("b").state == "pending"
    assert queue.work(lambda waiting: [Read(error="bad") for _ in waiting], "network 1") == 1
    assert (items.get("b").state, items.get("b").error) == ("failed", "bad")
    assert queue.work(describe, "network 1") == 0
    # Another network reads both again, once.
    assert queue.add_described_otherwise("network 2") == 2
    assert queue.add_described_otherwise("network 2") == 0
    assert queue.add_described_otherwise("network 1") == 0


WORKER = """
import sys, time
from modiste.data.store.database import Database
from modiste.data.store.item_queue import ItemQueue, Read

queue = ItemQueue(Database.connect(sys.argv[1]))

def describe(waiting):
    print("took", *[item.item_id for item, _ in waiting], flush=True)
    time.sleep(float(sys.argv[2]))
    return [Read(said_category=sys.argv[3]) for _ in waiting]

while len(queue):
    queue.work(describe, "network", limit=5)
"""


def test_each_item_is_described_once_though_a_worker_is_killed(
    items: ItemLog, queue: ItemQueue, server: EmbeddedServer, database: Database
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS described (item_id text)"))
        connection.execute(text("TRUNCATE described"))
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION note_description() RETURNS trigger AS $$ BEGIN "
                "INSERT INTO described VALUES (NEW.item_id); RETURN NEW; END $$ LANGUAGE plpgsql"
            )
        )
        connection.execute(
            text(
                "CREATE TRIGGER noted AFTER UPDATE OF described_by ON items "
                "FOR EACH ROW EXECUTE FUNCTION note_description()"
            )
        )
    ids = {f"i{n}" for n in range(60)}
    write(items, *(Upsert(one, ROW) for one in sorted(ids)))
    try:
        command = [sys.executable, "-c", WORKER, server.url]
        doomed = subprocess.Popen(  # noqa: S603
            [*command, "600", "doomed"], stdout=subprocess.PIPE, text=True
        )
        taken = doomed.stdout.readline().split()[1:]
        assert len(taken) == 5
        others = [
            subprocess.Popen([*command, "0.01", f"worker {n}"])  # noqa: S603
            for n in range(2)
        ]
        deadline = time.monotonic() + 60
        while len(queue) > 5 and time.monotonic() < deadline:
            time.sleep(0.05)
        # What it has taken waits for it as long as it lives.
        assert {items.get(one).state for one in taken} == {"pending"}
        doomed.kill()
        doomed.wait()
        doomed.stdout.close()
        assert [other.wait(timeout=60) for other in others] == [0, 0]
        with database.engine.connect() as connection:
            noted = connection.execute(text("SELECT item_id FROM described")).scalars().all()
        assert sorted(noted) == sorted(ids)
        assert {items.get(one).state for one in ids} == {"described"}
        assert {items.get(one).said_category for one in taken} <= {"worker 0", "worker 1"}
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER noted ON items"))
            connection.execute(text("DROP TABLE described"))


def test_what_a_release_has_comes_without_its_looks_and_is_written_past(
    items: ItemLog, queue: ItemQueue
) -> None:
    write(items, Upsert("a", ROW, PHOTO), Upsert("b", ROW, PHOTO))
    read = Read(None, None, {"striped": 0.5}, np.ones(4, dtype=np.float16), None)
    queue.work(lambda waiting: [read for _ in waiting], "a network")
    light, whole = items.since(0, contained={"a": 1})
    assert (light.item_id, light.embedding, dict(light.seen)) == ("a", None, {})
    assert (whole.item_id, dict(whole.seen)) == ("b", {"striped": 0.5})
    assert whole.embedding is not None
    (written,) = items.write([Patch("a", {"price": 1.0}, None, 1)], nothing, contained={"a": 7})
    assert isinstance(written, LiveItem)
    assert written.version == 8
    assert items.store_id == ItemLog(items).store_id
