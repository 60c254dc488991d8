"""One answer to one key, in a real PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from modiste.data.store.database import Database
from modiste.data.store.kept_answers import KEPT, KeptAnswers
from modiste.errors import KeyInUseError, KeyReusedError

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def kept(database: Database) -> KeptAnswers:
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE kept_answers"))
    return KeptAnswers(database)


def never(_: object) -> str:
    raise AssertionError("made a second time")


def test_the_same_key_and_body_is_answered_once(kept: KeptAnswers) -> None:
    assert kept.once("k", b"body", lambda _: "first", now=NOW) == "first"
    assert kept.once("k", b"body", never, now=NOW + KEPT - timedelta(seconds=1)) == "first"
    assert kept.once("other", b"body", lambda _: "second", now=NOW) == "second"


def test_another_body_is_refused(kept: KeptAnswers) -> None:
    kept.once("k", b"body", lambda _: "first", now=NOW)
    with pytest.raises(KeyReusedError, match="another body"):
        kept.once("k", b"other", never, now=NOW)


def test_an_answer_is_forgotten_after_a_day(kept: KeptAnswers, database: Database) -> None:
    for key in ("k", "old"):
        kept.once(key, b"body", lambda _: "first", now=NOW)
    assert kept.once("k", b"other", lambda _: "second", now=NOW + KEPT) == "second"
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept_answers")).scalar_one() == 1


def test_a_failed_request_keeps_nothing(kept: KeptAnswers) -> None:
    with pytest.raises(AssertionError, match="second time"):
        kept.once("k", b"body", never, now=NOW)
    assert kept.once("k", b"other", lambda _: "first", now=NOW) == "first"


def test_a_key_in_use_is_refused_meanwhile(kept: KeptAnswers) -> None:
    entered, go_on = threading.Event(), threading.Event()
    answers: list[str] = []

    def slow(_: object) -> str:
        entered.set()
        assert go_on.wait(10)
        return "first"

    thread = threading.Thread(target=lambda: answers.append(kept.once("k", b"body", slow)))
    thread.start()
    assert entered.wait(10)
    with pytest.raises(KeyInUseError, match="still being answered"):
        kept.once("k", b"body", never)
    go_on.set()
    thread.join(10)
    assert kept.once("k", b"body", never) == "first"
    assert answers == ["first"]


def test_the_key_itself_is_not_kept(kept: KeptAnswers, database: Database) -> None:
    kept.once("secret-key", b"secret-body", lambda _: "answer", now=NOW)
    with database.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM kept_answers")).all()
    assert "secret" not in str(tuple(row))
