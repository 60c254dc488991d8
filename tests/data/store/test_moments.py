"""Times that PostgreSQL keeps and Python cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from modiste.data.store.database import Database
from modiste.data.store.dataset_export import export_dataset
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.event_log import Event, EventLog
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import ItemRow
from modiste.data.store.moments import FIRST, LAST
from modiste.data.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_pairs([("Dress", "full")], [("striped", "texture")])
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
PAST_THE_END = [
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12))),
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    FIRST - timedelta(seconds=1),
    LAST + timedelta(seconds=1),
]


@pytest.mark.parametrize("moment", PAST_THE_END, ids=str)
def test_a_time_that_cannot_be_kept_is_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match=r"event_time must lie in the years 1900 .* Received"):
        Event("e", "u", "view_item", moment, "i")
    with pytest.raises(ValueError, match="available_from must lie in the years 1900"):
        ItemRow("Dress", available_from=moment)


@pytest.mark.parametrize("moment", [FIRST, LAST, FIRST.astimezone(timezone(timedelta(hours=9)))])
def test_the_first_and_the_last_are_kept(moment: datetime) -> None:
    assert Event("e", "u", "view_item", moment, "i").event_time == moment
    assert ItemRow("Dress", available_from=moment).available_from == moment


@pytest.fixture
def of_before(server: EmbeddedServer, database: Database) -> Iterator[Database]:
    """A database whose tables are those of before times were bounded."""
    config = Config()
    config.set_main_option("script_location", "modiste.data.store:migrations")
    config.set_main_option("path_separator", "os")
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, quarantined_events, items"))
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
    opened = Database(database.engine)
    yield opened
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, quarantined_events, items"))
    opened.upgrade()


def test_rows_that_no_reader_could_hold_are_brought_back(
    of_before: Database, tmp_path: Path
) -> None:
    with of_before.engine.begin() as connection:
        for nth, moment in enumerate(("0001-01-01 00:00:00+14", "10000-01-01 11:59:59+00", NOW)):
            connection.execute(
                text("INSERT INTO events VALUES (:id, 'u', 'i0', 'purchase', :at)"),
                {"id": f"e{nth}", "at": moment},
            )
            connection.execute(
                text(
                    "INSERT INTO items (item_id, title, availability, available_from, version, "
                    "looks_version, deleted, reborn, state, position) "
                    "VALUES (:id, 'A', 'in_stock', :at, 1, 1, false, false, 'pending', :nth)"
                ),
                {"id": f"i{nth}", "at": moment, "nth": nth + 1},
            )
    of_before.upgrade()
    events = EventLog(of_before).since("u", FIRST - timedelta(seconds=1))
    assert [one.event_time for one in events] == [FIRST, NOW, LAST]
    rows = [item.row for item in ItemLog(of_before).since(0)]
    assert [row and row.available_from for row in rows] == [FIRST, LAST, NOW]
    assert export_dataset(of_before, tmp_path / "dataset", VOCABULARY).n_events == 3


@pytest.mark.parametrize("moment", ["0001-01-01 BC", "10000-01-01", "infinity"])
def test_the_database_lets_no_other_time_in(database: Database, moment: str) -> None:
    statement = text("INSERT INTO events VALUES ('e', 'u', 'i', 'purchase', :at)")
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(statement, {"at": moment})
