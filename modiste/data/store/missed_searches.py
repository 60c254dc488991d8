"""Searches that a shop's team should know of: words nobody understood, and nothing found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from modiste.data.store.database import Database
from modiste.data.store.schema import MISSED, SEARCHES

_FIRST_PAGE: Final = SEARCHES.c.page == 0
_N_WORDS_MISSED: Final = func.cardinality(SEARCHES.c.not_understood)
_N_SHOWN: Final = func.cardinality(SEARCHES.c.shown)
#: Phrases count as one whatever their case and the spaces around them.
_PHRASE: Final = func.lower(func.btrim(SEARCHES.c.phrase))
_MOST_FREQUENT: Final = (text("n_searches DESC"), text("last_at DESC"))


@dataclass(frozen=True)
class Counted:
    """How often something was searched for, and when first and last within the days asked for."""

    n_searches: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class MissedWord(Counted):
    """A word that was not understood, with one of the phrases it came in."""

    word: str
    phrase: str


@dataclass(frozen=True)
class MissedPhrase(Counted):
    """A phrase and its words that were not understood, as they were last."""

    phrase: str
    not_understood: Sequence[str]


@dataclass(frozen=True)
class EmptySearch(Counted):
    """A search that found nothing.

    Parameters
    ----------
    phrase, item_id, filters : str, optional
        What was asked for; `filters` as JSON.
    has_photo : bool
        Whether there was a photo, or its embedding.
    """

    phrase: str | None
    item_id: str | None
    filters: str | None
    has_photo: bool


@dataclass(frozen=True)
class MissedSearches:
    """What was searched for in vain, each most frequent first.

    Parameters
    ----------
    n_searches, n_phrases, n_not_understood, n_empty : int
        All searches; those with a phrase; of them, those with a word not understood; those
        that found nothing.
    words : sequence of MissedWord
    phrases : sequence of MissedPhrase
    empty : sequence of EmptySearch
    """

    n_searches: int
    n_phrases: int
    n_not_understood: int
    n_empty: int
    words: Sequence[MissedWord]
    phrases: Sequence[MissedPhrase]
    empty: Sequence[EmptySearch]


def missed_searches(
    database: Database, *, days: int, limit: int, now: datetime | None = None
) -> MissedSearches:
    """Read the log of searches for what was missed.

    Whoever searched is not told; pages after the first do not count.

    Parameters
    ----------
    database : Database
    days : int
        How far back.
    limit : int
        Of each list.
    now : datetime, optional
        With a zone; the present by default.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database cannot be read.
    """
    of_late = SEARCHES.c.made_at >= (now or datetime.now(UTC)) - timedelta(days=days)
    with database.engine.connect() as connection:
        totals = connection.execute(
            select(
                func.count(),
                func.count(SEARCHES.c.phrase),
                func.count().filter(_N_WORDS_MISSED > 0),
                func.count().filter(_N_SHOWN == 0),
            ).where(of_late, _FIRST_PAGE)
        ).one()
        missed = of_late & text(MISSED)  # as its index says it
        return MissedSearches(
            *totals,
            [MissedWord(**row) for row in _rows(connection, _words(missed, limit))],
            [MissedPhrase(**row) for row in _rows(connection, _phrases(missed, limit))],
            [EmptySearch(**row) for row in _rows(connection, _empty(missed, limit))],
        )


def _counted(made_at: ColumnElement[datetime]) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count().label("n_searches"),
        func.min(made_at).label("first_at"),
        func.max(made_at).label("last_at"),
    )


def _words(missed: ColumnElement[bool], limit: int) -> Select[Any]:
    each = (
        select(
            func.lower(func.unnest(SEARCHES.c.not_understood)).label("word"),
            SEARCHES.c.phrase,
            SEARCHES.c.made_at,
        )
        .where(missed)
        .subquery()
    )
    word, phrase, made_at = each.c
    return (
        select(word, func.max(phrase).label("phrase"), *_counted(made_at))
        .group_by(word)
        .order_by(*_MOST_FREQUENT, word)
        .limit(limit)
    )


def _phrases(missed: ColumnElement[bool], limit: int) -> Select[Any]:
    # Arrays of different lengths make no array, but JSON of them does.
    words = func.to_jsonb(SEARCHES.c.not_understood)
    latest = func.jsonb_agg(aggregate_order_by(words, SEARCHES.c.made_at.desc()), type_=JSONB)
    return (
        select(
            _PHRASE.label("phrase"),
            latest[0].label("not_understood"),
            *_counted(SEARCHES.c.made_at),
        )
        .where(missed, _N_WORDS_MISSED > 0)
        .group_by(_PHRASE)
        .order_by(*_MOST_FREQUENT, _PHRASE)
        .limit(limit)
    )


def _empty(missed: ColumnElement[bool], limit: int) -> Select[Any]:
    has_photo = SEARCHES.c.has_photo | SEARCHES.c.has_embedding
    asked = (_PHRASE, SEARCHES.c.item_id, SEARCHES.c.filters, has_photo)
    named = (_PHRASE.label("phrase"), *asked[1:3], has_photo.label("has_photo"))
    return (
        select(*named, *_counted(SEARCHES.c.made_at))
        .where(missed, _N_SHOWN == 0)
        .group_by(*asked)
        .order_by(*_MOST_FREQUENT, *asked)
        .limit(limit)
    )


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]
