"""What was asked and shown, and what shoppers thought of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import Connection, any_, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from modiste.data.store.database import Database
from modiste.data.store.schema import FEEDBACK, SEARCHES
from modiste.data.store.silence import be_patient
from modiste.data.store.tombstones import Tombstones
from modiste.errors import UnknownItemError, UnknownSearchError

FEEDBACK_KINDS: Final = ("click", "like", "dislike", "dismiss")
#: Searches and feedback are kept this long.
KEPT: Final = timedelta(days=90)
#: Bytes of filters that are kept: a request may bring a megabyte, and thousands wait to be written.
MAX_FILTERS: Final = 4_096
_SECONDS_BETWEEN_PRUNINGS: Final = 3_600.0


@dataclass(frozen=True)
class Search:
    """One page of a search. Neither the photo nor its embedding is part of it.

    Parameters
    ----------
    search_id : str
    page : int
        0 for the first.
    made_at : datetime
        With a zone.
    release_id : str
    shown : tuple of str
        Items, best first.
    user_id, phrase, item_id : str, optional
    has_photo, has_embedding : bool
        Whether the search came with one.
    filters : str, optional
        As JSON, at most `MAX_FILTERS` bytes; `filters_text` writes it.
    not_understood : tuple of str, optional
        Words of the phrase that mean nothing to the release; None where there was no phrase.
    """

    search_id: str
    page: int
    made_at: datetime
    release_id: str
    shown: tuple[str, ...]
    user_id: str | None = None
    phrase: str | None = None
    item_id: str | None = None
    has_photo: bool = False
    has_embedding: bool = False
    filters: str | None = None
    not_understood: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("user_id", "phrase", "item_id"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _kept(value))
        if self.not_understood is not None:
            object.__setattr__(self, "not_understood", tuple(map(_kept, self.not_understood)))

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of the table."""
        words = row["not_understood"]
        lists = {
            "shown": tuple(row["shown"]),
            "not_understood": None if words is None else tuple(words),
        }
        return cls(**{**row, **lists})

    def row(self) -> dict[str, object]:
        """Return it as a row of the table."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Feedback:
    """What a shopper thought of an item that a search showed."""

    search_id: str
    item_id: str
    kind: str
    made_at: datetime


def filters_text(filters: Mapping[str, object] | None) -> str | None:
    """Return filters as `Search` keeps them: None where there are none, or too many to keep."""
    if not filters:
        return None
    text = json.dumps(filters)
    return text if len(text) <= MAX_FILTERS else None


def _kept(text: str) -> str:
    # PostgreSQL keeps no NUL, and one row must not lose the others of its batch.
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _owners(connection: Connection, searches: Sequence[Search]) -> dict[str, str | None]:
    """Return whose each search is: of its earliest page that is kept, or else is to be kept."""
    owners: dict[str, str | None] = {}
    for one in sorted(searches, key=lambda search: search.page):
        owners.setdefault(one.search_id, one.user_id)
    kept = (
        select(SEARCHES.c.search_id, SEARCHES.c.user_id)
        .where(SEARCHES.c.search_id.in_(list(owners)))
        .order_by(SEARCHES.c.page.desc())
    )
    # The earliest comes last.
    return owners | {row.search_id: row.user_id for row in connection.execute(kept)}


class SearchLog:
    """The searches of a database, and the feedback on them.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._tombstones = Tombstones(database)
        self._pruning = threading.Lock()
        self._next_pruning = 0.0

    def write(self, searches: Sequence[Search]) -> None:
        """Keep searches, but of shoppers who were erased since; a page is kept once.

        A later page counts only for whoever the earliest page is of.

        Raises
        ------
        sqlalchemy.exc.SQLAlchemyError
            If the database cannot take them; nothing is kept then.
        """
        users = {one.user_id for one in searches if one.user_id is not None}
        with self._engine.begin() as connection:
            erased = self._tombstones.erased_in(connection, users)
            counted = [
                one
                for one in searches
                if one.user_id not in erased or one.made_at > erased[one.user_id]
            ]
            owners = _owners(connection, counted)
            kept = [one.row() for one in counted if one.user_id == owners[one.search_id]]
            if kept:
                connection.execute(insert(SEARCHES).on_conflict_do_nothing(), kept)
        self._prune_at_times()

    def record(self, feedback: Feedback) -> bool:
        """Keep what a shopper thought, and return whether it was not known before.

        Raises
        ------
        UnknownSearchError
            If no search has that id, or it was erased.
        UnknownItemError
            If the search did not show the item.
        sqlalchemy.exc.SQLAlchemyError
            If the database cannot take it.
        """
        of_search = SEARCHES.c.search_id == feedback.search_id
        with self._engine.begin() as connection:
            # Nobody is erased between the look and the write.
            self._tombstones.erased_in(connection, ())
            shown = connection.execute(
                select(func.bool_or(literal(feedback.item_id) == any_(SEARCHES.c.shown))).where(
                    of_search
                )
            ).scalar_one()
            if shown is None:
                raise UnknownSearchError(
                    "search_id must be of a search of the last days that this service answered "
                    f"with its store at hand. Received: {feedback.search_id!r}"
                )
            if not shown:
                raise UnknownItemError(
                    f"item_id must be an item that the search showed. Received: "
                    f"{feedback.item_id!r}"
                )
            statement = insert(FEEDBACK).on_conflict_do_nothing().returning(FEEDBACK.c.kind)
            return connection.execute(statement, asdict(feedback)).first() is not None

    def prune(self, *, now: datetime | None = None) -> None:
        """Drop the searches and the feedback that are older than `KEPT`."""
        oldest = (now or datetime.now(UTC)) - KEPT
        with self._engine.begin() as connection:
            be_patient(connection)
            for table in (FEEDBACK, SEARCHES):
                connection.execute(table.delete().where(table.c.made_at < oldest))

    def _prune_at_times(self) -> None:
        with self._pruning:
            if time.monotonic() < self._next_pruning:
                return
            self._next_pruning = time.monotonic() + _SECONDS_BETWEEN_PRUNINGS
        self.prune()
