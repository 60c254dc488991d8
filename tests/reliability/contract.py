"""Requests made up from the contract, valid and not: no 5xx, no answer that it does not allow."""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from modiste.data.store.scopes import SCOPES
from tests.reliability.keys import NO_RATES, make_keys
from tests.reliability.made_photos import photo
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service, key_header
from tests.reliability.small_release import Releases
from tests.reliability.store_server import store_server
from tests.reliability.writers import event

_CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_EACH_TURN: Final = 8
_ODD_ID: Final = "a/ü?#%20"
_MODES: Final = tuple(schemathesis.GenerationMode)


@dataclass
class Seen:
    """What came back.

    Parameters
    ----------
    statuses : dict of str to Counter
        By operation.
    broken : list of str
        Answers that the contract does not allow.
    """

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def contract(run: Run) -> Outcome:
    """Go round all operations until the time is over."""
    made = run.releases("contract")
    _teach_media_types()
    seen = Seen()
    with store_server(run.folder / "contract-store") as store:
        key = make_keys(store.url, {"every scope": SCOPES})["every scope"]
        options = ("--database", store.url, "--require-keys", *NO_RATES)
        log = run.folder / "contract.log"
        with Service(made.folder, *options, log=log, key=key) as service:
            found = json.loads(service.ask("POST", "/v1/recommendations", {})[1])
            shown = found["recommendations"][0]["item_id"]
            liked = {"search_id": found["search_id"], "item_id": shown, "kind": "like"}
            service.ask("PUT", f"/v1/items/{quote(_ODD_ID, safe='')}", {"title": "Odd"})
            asking = _Asking(service.port, key, seen)
            turns = _turns(asking, service, made, liked)
            begun = time.monotonic()
            for n_turns, turn in enumerate(turns(run.seed), start=1):
                turn()
                seconds = time.monotonic() - begun
                # Each at least once, however slow this machine is at making requests up.
                if seconds > run.scale.contract_seconds and n_turns >= asking.n_strategies:
                    break
            runs = service.runs and service.ready() is not None
            failures = service.failures()
    every = sum(seen.statuses.values(), Counter[int]())
    figures = {
        "seconds_asking": round(seconds, 1),
        "operations": len(seen.statuses),
        "requests": sum(every.values()),
        "answers": {str(status): n for status, n in sorted(every.items())},
        "least_asked": min((sum(one.values()) for one in seen.statuses.values()), default=0),
        "operations_never_answered_2xx": sorted(
            name for name, one in seen.statuses.items() if not any(200 <= s < 400 for s in one)
        ),
        "broken": len(seen.broken),
        "first_broken": seen.broken[:5],
        "tracebacks": failures[:3],
    }
    return Outcome.of(
        figures,
        no_5xx=all(status < 500 for status in every),
        every_answer_as_the_contract_says=not seen.broken,
        every_operation_asked=len(seen.statuses) == asking.n_operations,
        it_still_answers=runs,
    )


class _Asking:
    """Asks what is made up, and holds the answers against the contract."""

    def __init__(self, port: int, key: str, seen: Seen) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.headers.update(key_header(key))
        self._seen = seen
        self.n_operations = 0
        self.n_strategies = 0

    def ask(self, case: schemathesis.Case) -> None:
        """Ask one case; what breaks the contract is noted and not raised."""
        response = case.call(self._url, self._session)
        label = case.operation.label
        self._seen.statuses.setdefault(label, Counter())[response.status_code] += 1
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as group:
            told = "; ".join(f"{one.title}: {one.message}" for one in group.exceptions)
            asked = f"{response.request.url} {response.request.body!r:.800}"
            self._seen.broken.append(f"{label} {response.status_code} {asked}: {told[:300]}")


def _turns(
    asking: _Asking, service: Service, made: Releases, liked: Mapping[str, str]
) -> Callable[[int], Iterator[Callable[[], None]]]:
    """Return the endless turns: some requests of one operation each, valid ones or not."""
    document = json.loads(service.ask("GET", "/openapi.json")[1])
    # Or it makes up keys, which the threat `scopes` is for.
    del document["components"]["securitySchemes"]
    for path in document["paths"].values():
        for one in path.values():
            del one["security"]
    schema = schemathesis.openapi.from_dict(document)
    known = {
        "item_id": [{"item_id": "S-0001"}, {"item_id": _ODD_ID}],
        "release_id": [{"release_id": one} for one in made.ids],
        "user_id": [{"user_id": "u0001"}],
    }
    # What no schema says: which search showed what, and which events are of an item.
    bodies = {"/v1/feedback": liked, "/v1/events": event("contract", "u0001")}
    strategies: list[st.SearchStrategy[schemathesis.Case]] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        asking.n_operations += 1
        strategies += [operation.as_strategy(mode) for mode in _MODES]
        for name, values in known.items():
            if f"{{{name}}}" in operation.path and operation.method != "delete":
                strategies += [operation.as_strategy(path_parameters=one) for one in values]
        body = bodies.get(operation.path)
        if body is not None:
            strategies.append(operation.as_strategy(body=body, media_type="application/json"))
    asking.n_strategies = len(strategies)
    return lambda number: _rounds(asking, strategies, number)


def _rounds(
    asking: _Asking, strategies: Sequence[st.SearchStrategy[schemathesis.Case]], number: int
) -> Iterator[Callable[[], None]]:
    nth = number * 1_000_000
    while True:
        for strategy in strategies:
            nth += 1
            yield _turn(asking, strategy, nth)


def _turn(
    asking: _Asking, strategy: st.SearchStrategy[schemathesis.Case], number: int
) -> Callable[[], None]:
    @seed(number)
    @settings(
        max_examples=_EACH_TURN,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def turn(case: schemathesis.Case) -> None:
        asking.ask(case)

    def taken() -> None:
        with contextlib.suppress(Unsatisfiable):
            # What takes nothing can be asked nothing wrong.
            turn()

    return taken


def _teach_media_types() -> None:
    """Let schemathesis send photos that are some, and lines of JSON."""
    for kind in ("JPEG", "PNG", "WEBP"):
        photos = st.builds(photo, st.integers(0, 1_000), kind=st.just(kind))
        schemathesis.openapi.media_type(f"image/{kind.lower()}", photos)
    ids = st.text(min_size=1, max_size=20)
    lines = st.one_of(
        st.fixed_dictionaries({"op": st.just("delete"), "item_id": ids}),
        st.fixed_dictionaries(
            {"op": st.just("patch"), "item_id": ids, "item": st.just({"price": 5.0})}
        ),
        st.fixed_dictionaries(
            {
                "op": st.just("upsert"),
                "item_id": ids,
                "item": st.fixed_dictionaries({"title": st.text(max_size=20)}),
            }
        ),
        st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5),
    )
    written = st.lists(lines.map(json.dumps), max_size=5).map("\n".join)
    schemathesis.openapi.media_type("application/x-ndjson", written.map(str.encode))
