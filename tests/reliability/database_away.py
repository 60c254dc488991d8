"""Without its database the service goes on searching; events are told to come again."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.reliability.clients import Load, percentile_ms, search, statuses
from tests.reliability.events_killed import audit
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service
from tests.reliability.store_server import StoreServer, store_server
from tests.reliability.writers import Writers

_BEFORE_SECONDS = 4.0
_AFTER_SECONDS = 8.0
#: No search may wait longer while the database is away.
_SEARCH_SECONDS = 2.0


def database_away(
    run: Run,
    name: str,
    n_writers: int,
    leave: Callable[[StoreServer], None],
    come_back: Callable[[StoreServer], None],
) -> Outcome:
    """Let the database leave under load for a while, and come back."""
    made = run.releases(name)
    asks = [search(), search(user_id="u0003"), search(text="red dress", user_id="u0004")]
    with store_server(run.folder / f"{name}-store") as store:
        log = run.folder / f"{name}.log"
        served = Service(made.folder, "--database", store.url, log=log)
        with served as service, Writers(service.port, n_writers) as writers:
            with Load(service.port, asks, threads=2) as before:
                time.sleep(_BEFORE_SECONDS)
            n_before = len(writers.acknowledged)
            leave(store)
            gone_at = len(writers.acknowledged)
            with Load(service.port, asks, threads=2) as during:
                time.sleep(run.scale.stopped_seconds)
            n_during = len(writers.acknowledged) - gone_at
            come_back(store)
            with Load(service.port, asks, threads=2) as after:
                time.sleep(_AFTER_SECONDS)
            n_after = len(writers.acknowledged) - gone_at - n_during
        lost, doubled, strange = audit(store, writers)
    noted = sum(b"could not be read" in one.content for one in during.answers)
    slowest = max(one.seconds for one in during.answers)
    figures = {
        "seconds_away": run.scale.stopped_seconds,
        "searches": {
            "before": statuses(before.answers),
            "during": statuses(during.answers),
            "after": statuses(after.answers),
        },
        "p99_ms": [percentile_ms(one.answers) for one in (before, during, after)],
        "slowest_during_s": round(slowest, 2),
        "searches_that_said_so": noted,
        "acknowledged": {"before": n_before, "during": n_during, "after": n_after},
        "event_answers": {str(status): n for status, n in sorted(writers.statuses.items())},
        "lost": len(lost),
        "unexpected": writers.unexpected[:3],
    }
    every = [*before.answers, *during.answers, *after.answers]
    return Outcome.of(
        figures,
        in_time={"searches_do_not_wait": slowest <= _SEARCH_SECONDS},
        searches_go_on=set(statuses(every)) == {"200"},
        and_say_so=noted > 0,
        events_answer_503=writers.statuses.get(503, 0) > 0 and not writers.unexpected,
        # A request that was committing while the database left may be told so late.
        nothing_acknowledged_without_it=n_during <= n_writers,
        events_go_on_afterwards=n_after > 0,
        none_lost=not lost,
        none_counted_twice=not doubled,
        none_made_up=not strange,
    )
