"""App and database killed at random while events come: none acknowledged is lost or doubled."""

from __future__ import annotations

import random
import threading
import time

from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service
from tests.reliability.store_server import StoreServer, store_server
from tests.reliability.writers import Writers


def events_killed(run: Run) -> Outcome:
    """Kill one or the other at random moments and start it again, as a supervisor does."""
    made = run.releases("events-killed")
    generator = random.Random(run.seed)
    killed = {"app": 0, "database": 0}
    with store_server(run.folder / "events-killed-store") as store:
        log = run.folder / "events-killed.log"
        with Service(made.folder, "--database", store.url, log=log) as service:
            gap = run.scale.event_seconds / run.scale.event_kills
            with _Supervisor(service), Writers(service.port) as writers:
                start = time.monotonic()
                for nth in range(run.scale.event_kills):
                    # At a random moment of its share of the time, or later if a start took long.
                    due = start + (nth + generator.random()) * gap
                    time.sleep(max(0.0, due - time.monotonic()))
                    if generator.random() < 0.5:
                        killed["app"] += 1
                        _await_ready(service)
                        service.kill()
                    else:
                        killed["database"] += 1
                        store.kill()
                        store.start()
                _await_ready(service)
                time.sleep(max(2.0, start + run.scale.event_seconds - time.monotonic()))
                seconds = time.monotonic() - start
        lost, doubled, strange = audit(store, writers)
    figures = {
        "kills": killed,
        "seconds_writing": round(seconds, 1),
        "acknowledged": len(writers.acknowledged),
        "lost": len(lost),
        "counted_twice": len(doubled),
        "never_sent": len(strange),
        "answers": {str(status): n for status, n in sorted(writers.statuses.items())},
        "unexpected": writers.unexpected[:3],
    }
    return Outcome.of(
        figures,
        none_lost=not lost,
        none_counted_twice=not doubled,
        none_made_up=not strange,
        both_were_killed=min(killed.values()) > 0,
        only_503_or_nothing_meanwhile=not writers.unexpected,
        events_were_written=len(writers.acknowledged) > 100,
    )


def audit(store: StoreServer, writers: Writers) -> tuple[set[str], list[str], set[str]]:
    """Return which acknowledged events are lost, which are there twice, which nobody sent."""
    found = [str(row[0]) for row in store.rows("SELECT event_id FROM events")]
    found += [str(row[0]) for row in store.rows("SELECT event_id FROM quarantined_events")]
    doubled = sorted({one for one in found if found.count(one) > 1}) if _has_twins(found) else []
    return set(writers.acknowledged) - set(found), doubled, set(found) - set(writers.begun)


def _has_twins(found: list[str]) -> bool:
    return len(set(found)) < len(found)


def _await_ready(service: Service) -> None:
    until = time.monotonic() + 240.0
    while service.ready() is None:
        if time.monotonic() > until:
            raise RuntimeError(f"The service does not come back; it said:\n{service.said()}")
        time.sleep(0.1)


class _Supervisor:
    """Starts the service again whenever it is gone: without its database it does not start."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        """Begin to look."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(0.1):
            if not self._service.runs:
                self._service.start()
