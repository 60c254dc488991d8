"""Writers of events that send each one until it is acknowledged, as an app does."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from typing import Any, Self

from tests.reliability.clients import Ask, Client

_PAUSE_SECONDS = 0.1


class Writers:
    """Threads that send events of their own one after another.

    Parameters
    ----------
    port : int
    n_writers : int
    pause : float
        Seconds between two events of one writer.

    Attributes
    ----------
    acknowledged : list of str
        Ids that were answered with 200; appended after the answer only.
    begun : list of str
        Every id that was sent at least once.
    statuses : dict
        Times that each status came.
    """

    def __init__(self, port: int, n_writers: int = 4, pause: float = 0.005) -> None:
        self._port = port
        self._pause = pause
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(nth,), daemon=True) for nth in range(n_writers)
        ]
        self._lock = threading.Lock()
        self.acknowledged: list[str] = []
        self.begun: list[str] = []
        self.statuses: dict[int, int] = {}
        self.unexpected: list[str] = []

    def __enter__(self) -> Self:
        """Start writing."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop writing; what is on its way may never be acknowledged."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, nth: int) -> None:
        client = Client(self._port)
        number = 0
        while not self._stopping.is_set():
            event_id = f"w{nth}-{number}"
            number += 1
            ask = event_ask([event(event_id, f"w{nth}")])
            with self._lock:
                self.begun.append(event_id)
            while True:
                answer = client.ask(ask)
                self._note(answer.status, answer.content)
                if answer.status == 200:
                    with self._lock:
                        self.acknowledged.append(event_id)
                    break
                if self._stopping.wait(_PAUSE_SECONDS):
                    break
            time.sleep(self._pause)
        client.close()

    def _note(self, status: int, content: bytes) -> None:
        with self._lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status not in (0, 200, 503):
                self.unexpected.append(f"{status}: {content[:200]!r}")


def event(event_id: str, user_id: str, when: datetime | None = None) -> dict[str, Any]:
    """Return an event as the service takes it."""
    return {
        "event_id": event_id,
        "user_id": user_id,
        "event_name": "view_item",
        "item_id": "S-0001",
        "event_time": (when or datetime.now(UTC)).isoformat(),
    }


def event_ask(events: list[dict[str, Any]]) -> Ask:
    """Return the request that sends events, all of them or none."""
    body = events[0] if len(events) == 1 else {"events": events}
    return Ask("POST", "/v1/events", json.dumps(body).encode())
