"""Without its database the service goes on searching; events are told to come again."""

from __future__ import annotations

import time

from tests.reliability.clients import Load, percentile_ms, search, statuses
from tests.reliability.events_killed import audit
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service
from tests.reliability.store_server import store_server
from tests.reliability.writers import Writers

_BEFORE_SECONDS = 4.0
_AFTER_SECONDS = 8.0


def database_stopped(run: Run) -> Outcome:
    """Stop the database under load and start it again."""
    made = run.releases("database-stopped")
    asks = [search(), search(user_id="u0003"), search(text="red dress", user_id="u0004")]
    with store_server(run.folder / "database-stopped-store") as store:
        log = run.folder / "database-stopped.log"
        served = Service(made.folder, "--database", store.url, log=log)
        with served as service, Writers(service.port) as writers:
            with Load(service.port, asks, threads=2) as before:
                time.sleep(_BEFORE_SECONDS)
            n_before = len(writers.acknowledged)
            store.stop()
            stopped_at = len(writers.acknowledged)
            with Load(service.port, asks, threads=2) as during:
                time.sleep(run.scale.stopped_seconds)
            n_during = len(writers.acknowledged) - stopped_at
            store.start()
            with Load(service.port, asks, threads=2) as after:
                time.sleep(_AFTER_SECONDS)
            n_after = len(writers.acknowledged) - stopped_at - n_during
        lost, doubled, strange = audit(store, writers)
    noted = sum(b"could not be read" in one.content for one in during.answers)
    figures = {
        "seconds_stopped": run.scale.stopped_seconds,
        "searches": {
            "before": statuses(before.answers),
            "during": statuses(during.answers),
            "after": statuses(after.answers),
        },
        "p99_ms": [percentile_ms(one.answers) for one in (before, during, after)],
        "searches_that_said_so": noted,
        "acknowledged": {"before": n_before, "during": n_during, "after": n_after},
        "event_answers": {str(status): n for status, n in sorted(writers.statuses.items())},
        "lost": len(lost),
        "unexpected": writers.unexpected[:3],
    }
    every = [*before.answers, *during.answers, *after.answers]
    return Outcome.of(
        figures,
        searches_go_on=set(statuses(every)) == {"200"},
        and_say_so=noted > 0,
        events_answer_503=writers.statuses.get(503, 0) > 0 and not writers.unexpected,
        # A request that was committing while the database stopped may be told so late.
        nothing_acknowledged_without_it=n_during <= 4,
        events_go_on_afterwards=n_after > 0,
        none_lost=not lost,
        none_counted_twice=not doubled,
        none_made_up=not strange,
    )
