"""Made-up filters over HTTP, held against plain Python over the release's table of items."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from tests.reliability.clients import Answer, Ask, Client
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service
from tests.reliability.store_server import StoreServer, store_server
from tests.reliability.writers import event

Row = Mapping[str, Any]

_PAGE: Final = 100
#: Text columns; the release has no other of them filled.
_TEXTS: Final = ("category", "brand", "color", "title", "item_id", "availability")
_EMPTY: Final = ("item_group_id", "description")
_HOSTILE: Final = (
    "' OR '1'='1",
    "'; DROP TABLE events; --",
    '" OR ""="',
    "1) UNION SELECT * FROM api_keys --",
    "$$; SELECT pg_sleep(30); $$",
    "\\'; DELETE FROM items; --",
    "%00",
    "a\x00b",
    "\x00",
    "{{7*7}}${7*7}",
    "../../../../etc/passwd",
    "\u202eevil\u202c",
    "\ufeffdress",
    "e\u0301" * 60,
    "\U0001f457" * 50,
    "\u0130stanbul\u00df",
    "\ud800",
    "red\n\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
    "%s%n%d",
    "nan",
    "-1e999",
    "\t\r\n",
    "",
)


def filters(run: Run) -> Outcome:
    """Ask with each filter, and send each hostile string wherever text is taken."""
    made = run.releases("filters")
    table = pd.read_parquet(made.folder / made.ids[0] / "items.parquet")
    rows = [row for row in table.to_dict("records") if _on_sale(row)]
    known = {name: {row[name] for row in table.to_dict("records")} for name in _TEXTS}
    vocabulary = json.loads((made.folder / made.ids[0] / "vocabulary.json").read_text())
    oracle = Oracle(rows, known, vocabulary)
    source = random.Random(run.seed)
    seen: Counter[int] = Counter()
    wrong: list[str] = []
    n_items = 0
    with store_server(run.folder / "filters-store") as store:
        log = run.folder / "filters.log"
        with Service(made.folder, "--database", store.url, log=log) as service:
            client = Client(service.port)
            for _ in range(run.scale.filters):
                asked = made_up(source, known, oracle.attributes)
                expected = oracle.items(asked)
                answers = _pages(client, asked)
                seen[answers[0].status] += 1
                problem = difference(expected, answers)
                if problem is not None:
                    wrong.append(f"{json.dumps(asked)}: {problem}")
                n_items += 0 if expected is None else min(len(expected), 2 * _PAGE)
            sent = _send_hostile(client)
            client.close()
            ready = service.ready() is not None
            failures = service.failures()
        kept = _tables(store)
    told = Counter(one.status for one in sent)
    figures = {
        "filters": run.scale.filters,
        "answers": {str(status): n for status, n in sorted(seen.items())},
        "items_compared": n_items,
        "wrong": len(wrong),
        "first_wrong": wrong[:5],
        "hostile_requests": len(sent),
        "hostile_answers": {str(status): n for status, n in sorted(told.items())},
        "answered_5xx": [
            f"{one.ask.method} {one.ask.path} {one.ask.body!r:.200}"
            for one in sent
            if one.status >= 500 or not one.status
        ][:5],
    }
    figures["tracebacks"] = failures[:3]
    return Outcome.of(
        figures,
        same_items_as_the_oracle=not wrong,
        no_5xx=all(0 < status < 500 for status in (*seen, *told)),
        some_were_answered=seen[200] > run.scale.filters // 3,
        some_were_refused=seen[422] > run.scale.filters // 20,
        tables_are_whole=kept,
        it_still_answers=ready,
    )


class Oracle:
    """What each filter means, item by item.

    Parameters
    ----------
    rows : sequence of mapping
        Items on sale.
    known : mapping of str to set
        Values of each text column, of all items.
    vocabulary : mapping
        As the release keeps it.
    """

    def __init__(
        self, rows: Sequence[Row], known: Mapping[str, set[str]], vocabulary: Mapping[str, Any]
    ) -> None:
        self._rows = rows
        self._known = {**known, "category": {name for name, _ in vocabulary["categories"]}}
        self.attributes = [name for name, _ in vocabulary["attributes"]]

    def items(self, asked: Mapping[str, Any]) -> set[str] | None:
        """Return the items that pass every filter; None where one must be refused."""
        tests = [self._test(name, value) for name, value in asked.items()]
        if any(test is None for test in tests):
            return None
        return {row["item_id"] for row in self._rows if all(test and test(row) for test in tests)}

    def _test(self, name: str, value: Any) -> Callable[[Row], bool] | None:
        if name == "price":
            return _price(value)
        wanted = [value] if isinstance(value, str) else value
        if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
            return None
        if name == "attributes":
            if not set(wanted) <= set(self.attributes):
                return None
            return lambda row: set(wanted) <= set(row["attributes"])
        if not set(wanted) <= self._known.get(name, set()):
            return None
        return lambda row: row[name] in wanted


def made_up(
    source: random.Random, known: Mapping[str, set[str]], attributes: Sequence[str]
) -> dict[str, Any]:
    """Return one to three filters, most of them good."""
    names = source.sample((*_TEXTS, "attributes", "price", "price"), source.choice((1, 1, 2, 3)))
    if source.random() < 0.03:
        names.append(source.choice((*_EMPTY, "available_from", "cost", *_HOSTILE[:2])))
    return {name: _value(source, name, known, attributes) for name in names}


def _value(
    source: random.Random, name: str, known: Mapping[str, set[str]], attributes: Sequence[str]
) -> Any:
    if source.random() < 0.06:
        others = (*_HOSTILE, True, 5, 1.5, [1], [True, "red"], {"min": 1}, {"max": -3.0})
        return source.choice(others)
    if name == "price":
        low, high = sorted(round(source.uniform(0, 120), 2) for _ in range(2))
        ranges = ({"min": low, "max": high}, {"min": low}, {"max": high}, low, [low])
        return source.choice(ranges)
    values = sorted(known.get(name, ())) or ["anything"]
    if name == "attributes":
        values = list(attributes)
    if source.random() < 0.4:
        return source.choice(values)
    return source.choices(values, k=source.randint(1, 4 if name != "attributes" else 2))


def _price(value: Any) -> Callable[[Row], bool] | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    ends = value if isinstance(value, dict) else {"min": value, "max": value}
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in ends.values()):
        return None
    low, high = ends.get("min", -math.inf), ends.get("max", math.inf)
    return lambda row: low <= row["price"] <= high


def _on_sale(row: Row) -> bool:
    return row["availability"] == "in_stock" and row["available_from"] <= datetime.now(UTC)


def _pages(client: Client, asked: Mapping[str, Any]) -> list[Answer]:
    """Ask for the first page and, where there is one, the next; 200 products in all."""
    body: dict[str, Any] = {"filters": asked, "k": _PAGE}
    answers = [client.ask(Ask("POST", "/v1/recommendations", json.dumps(body).encode()))]
    if answers[0].status == 200 and answers[0].json["next_cursor"]:
        body["cursor"] = answers[0].json["next_cursor"]
        answers.append(client.ask(Ask("POST", "/v1/recommendations", json.dumps(body).encode())))
    return answers


def difference(expected: set[str] | None, answers: Sequence[Answer]) -> str | None:
    """Return how the answers differ from what the oracle says, if they do."""
    if expected is None:
        refused = answers[0].status in (400, 422)
        return None if refused else f"{answers[0].status}, to be refused"
    if any(one.status != 200 for one in answers):
        return f"{[one.status for one in answers]}: {answers[-1].content[:200]!r}"
    shown = [one["item_id"] for page in answers for one in page.json["recommendations"]]
    if len(set(shown)) < len(shown):
        return "an item twice"
    if not set(shown) <= expected:
        return f"items that do not pass: {sorted(set(shown) - expected)[:3]}"
    n_due = min(len(expected), 2 * _PAGE)
    return None if len(shown) == n_due else f"{len(shown)} items instead of {n_due}"


def _send_hostile(client: Client) -> list[Answer]:
    """Send each hostile string as every text that the service takes."""
    answers = []
    for number, text in enumerate(_HOSTILE):
        bodies: list[tuple[str, str, Any]] = [
            ("POST", "/v1/recommendations", {name: text})
            for name in ("text", "item_id", "user_id", "cursor")
        ]
        lists: list[Any] = [{name: [text]} for name in ("recent", "bought", "exclude")]
        bodies += [("POST", "/v1/recommendations", one) for one in (*lists, {"filters": {text: 1}})]
        for name in ("event_id", "user_id", "event_name", "item_id", "search_term", "event_time"):
            bodies.append(("POST", "/v1/events", {**event(f"h{number}", "u0001"), name: text}))
        good = {"search_id": "0" * 32, "item_id": "S-0001", "kind": "like"}
        bodies += [("POST", "/v1/feedback", {**good, name: text}) for name in good]
        path = quote(text.encode("utf-8", "surrogatepass"), safe="")
        bodies += [
            ("PUT", f"/v1/items/{path}", {"title": "Hostile"}),
            ("PATCH", f"/v1/items/{path}", {"price": 1.0}),
            ("PUT", f"/v1/items/hostile-{number}", {"title": text}),
            *(
                ("PUT", f"/v1/items/hostile-{number}", {"title": "a", name: text})
                for name in ("description", "brand", "category", "color", "item_group_id")
            ),
        ]
        asks = [Ask(method, where, json.dumps(body).encode()) for method, where, body in bodies]
        line = json.dumps({"op": "upsert", "item_id": text, "item": {"title": text}})
        asks.append(Ask("POST", "/v1/items/batch", line.encode(), "application/x-ndjson"))
        parts = ("", "/similar", "/complete", "/image")
        asks += [Ask("GET", f"/v1/items/{path}{part}") for part in parts]
        names = ("type", "category", "brand", "color", "attributes", "price_min", "limit")
        asks += [Ask("GET", f"/v1/facets?{name}={path}") for name in names]
        asks += [Ask("GET", f"/v1/users/{path}"), Ask("DELETE", f"/v1/users/{path}")]
        asks += [Ask("DELETE", f"/v1/items/{path}"), Ask("POST", f"/v1/releases/{path}/publish")]
        answers += [client.ask(ask) for ask in asks]
    return answers


def _tables(store: StoreServer) -> bool:
    """Whether every table is still there and the events sent are still in theirs."""
    names = {row[0] for row in store.rows("SELECT tablename FROM pg_tables")}
    n_events = store.rows("SELECT count(*) FROM events WHERE event_id LIKE 'h%'")[0][0]
    return {"events", "items", "api_keys", "searches", "tombstones"} <= names and n_events > 0
