"""Events that come twice, in any order, by wrong clocks, end as if they had come in order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.reliability.clients import Client
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service
from tests.reliability.store_server import StoreServer, store_server
from tests.reliability.writers import event, event_ask

_BATCH = 1_000
_N_USERS = 500
_WRITERS = 2
_CLOCK_ERROR = timedelta(hours=48)
#: One in so many clocks is two days fast, and as many are slow.
_WRONG_CLOCKS = 20
_STATE = (
    "SELECT event_id, user_id, item_id, event_name, event_time, quantity, search_term FROM {} "
    "ORDER BY event_id"
)


def events_shuffled(run: Run) -> Outcome:
    """Send the same events in order and shuffled, to two databases."""
    made = run.releases("events-shuffled")
    generator = random.Random(run.seed)
    events, future = _events(run.scale.shuffled_events, generator)
    again = generator.sample(events, len(events) // 4)  # a fifth of all that is sent
    shuffled = [*events, *again]
    generator.shuffle(shuffled)
    states, listed, counted = [], [], []
    for name, sent in (("in-order", events), ("shuffled", shuffled)):
        with store_server(run.folder / f"events-{name}-store") as store:
            log = run.folder / f"events-{name}.log"
            with Service(made.folder, "--database", store.url, log=log) as service:
                counted.append(_send(service.port, sent, 1 if name == "in-order" else _WRITERS))
            states.append(_state(store))
            listed.append({row[0] for row in store.rows(_STATE.format("quarantined_events"))})
    figures = {
        "events": len(events),
        "sent_shuffled": len(shuffled),
        "said_in_order": counted[0],
        "said_shuffled": counted[1],
        "kept": [len(state) for state in states],
        "quarantined": [len(one) for one in listed],
    }
    return Outcome.of(
        figures,
        same_final_state=states[0] == states[1],
        every_event_once=len(states[1]) + len(listed[1]) == len(events),
        future_ones_listed=listed == [future, future],
        nothing_else_set_aside=not future & {row[0] for row in states[1]},
    )


def _events(n_events: int, generator: random.Random) -> tuple[list[dict[str, Any]], set[str]]:
    """Return events in order of their true time, and the ids of those with fast clocks."""
    start = datetime.now(UTC) - timedelta(days=1)
    events, future = [], set()
    for nth in range(n_events):
        when = start + timedelta(seconds=80_000 * nth / n_events)
        clock = generator.randrange(_WRONG_CLOCKS)
        if clock == 0:
            when += _CLOCK_ERROR
            future.add(f"e{nth:07}")
        elif clock == 1:
            when -= _CLOCK_ERROR
        events.append(event(f"e{nth:07}", f"u{generator.randrange(_N_USERS)}", when))
    return events, future


def _send(port: int, events: Sequence[dict[str, Any]], n_writers: int) -> dict[str, int]:
    batches = [events[start : start + _BATCH] for start in range(0, len(events), _BATCH)]

    def send(part: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, int]]:
        client = Client(port)
        said = []
        for batch in part:
            answer = client.ask(event_ask(list(batch)))
            if answer.status != 200:
                raise RuntimeError(f"A batch answered {answer.status}: {answer.content!r}")
            said.append(answer.json)
        client.close()
        return said

    with ThreadPoolExecutor(n_writers) as pool:
        told = [one for part in pool.map(send, _shares(batches, n_writers)) for one in part]
    return {name: sum(one[name] for one in told) for name in ("new", "known", "quarantined")}


def _shares(batches: list[Sequence[dict[str, Any]]], n: int) -> list[list[Any]]:
    return [batches[nth::n] for nth in range(n)]


def _state(store: StoreServer) -> list[tuple[Any, ...]]:
    return store.rows(_STATE.format("events"))
