"""waitress's listener, connections and task queue, so that a busy service says so at once.

waitress takes one connection a turn of its loop, so that under load they wait in the system's
backlog, where nobody counts them; and it queues without a bound every request it has read.
Here it takes all that are there, the queue has a bound, and the probes pass beside it: a
service that is busy is still alive.
"""

from __future__ import annotations

import time
from typing import Any, Final

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import Error

from modiste.api.contract.answers import Problem
from modiste.api.contract.problems import MEDIA_TYPE
from modiste.api.doors.gate import WAITED
from modiste.api.doors.request_log import log_line
from modiste.api.doors.trace import request_id

PROBES: Final = frozenset({"/healthz", "/readyz"})
_RETRY_SECONDS: Final = 1
#: In one turn, so that those who have a connection are read from too.
_MAX_TAKEN: Final = 64
_READ_AT: Final = "modiste_read_at"


class _BusyError(Error):  # type: ignore[misc]
    code = 503
    reason = "Service Unavailable"


class ProblemTask(ErrorTask):  # type: ignore[misc]
    """What waitress refuses itself, said and logged as the application does it."""

    def execute(self) -> None:
        """Write the problem."""
        error = self.request.error
        body = Problem(title=error.reason, status=error.code, detail=str(error.body))
        content = body.model_dump_json().encode()
        asked = request_id(self.request.headers.get("X_REQUEST_ID"))
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", MEDIA_TYPE),
            ("Cache-Control", "no-store"),
            ("X-Request-Id", asked),
        ]
        if isinstance(error, _BusyError):
            # The request was read to its end, so the connection can go on.
            self.response_headers.append(("Retry-After", str(_RETRY_SECONDS)))
        else:
            self.set_close_on_finish()
        self.content_length = len(content)
        # Of content after an answer to HEAD, a client makes the next answer.
        sent = b"" if getattr(self.request, "command", None) == "HEAD" else content
        head = self.build_response_header()
        self.wrote_header = True
        # At once: each time it is sent from, a thread waits for Python's lock again.
        self.channel.write_soon(head + sent)
        log_line(
            {
                "method": "other",
                "route": None,
                "status": error.code,
                "milliseconds": round((time.time() - self.start_time) * 1000, 1),
                "bytes_in": self.request.content_length,
                "bytes_out": len(sent),
                "request_id": asked,
            }
        )


class _Task(WSGITask):  # type: ignore[misc]
    def get_environment(self) -> dict[str, object]:
        """Add how long the request waited for its thread."""
        environment: dict[str, object] = super().get_environment()
        environment[WAITED] = time.perf_counter() - getattr(self.request, _READ_AT)
        return environment


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    requests: list[Any]
    task_class = _Task
    error_task_class = ProblemTask

    def send_continue(self) -> None:
        """Ask for the body, but not for one that is refused by its length."""
        if self.request.error is None:
            super().send_continue()

    def refuse(self, error: Error) -> None:
        """Answer the next request with an error, from whichever thread holds `requests_lock`.

        Nothing waits: what the socket does not take now, the loop sends when it does.
        """
        request = self.requests[0]
        request.error = error
        task = self.error_task_class(self, request)
        try:
            task.service()
        except ClientDisconnected:
            task.close_on_finish = True
        request.close()
        if task.close_on_finish:
            self.close_when_flushed = True
            self.requests = []
        else:
            self.requests.pop(0)


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """One listening socket."""

    channel_class = Channel

    def handle_accept(self) -> None:
        """Take all connections that wait, and not one a turn."""
        for _ in range(_MAX_TAKEN):
            before = len(self._map)
            if before >= self.adj.connection_limit:
                return
            super().handle_accept()
            if len(self._map) == before:
                return


class BoundedDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """A task queue of bounded length.

    Parameters
    ----------
    max_queued : int
        Requests that may wait for a thread; the others get 503.
    """

    def __init__(self, max_queued: int) -> None:
        super().__init__()
        self._max_queued = max_queued
        self._beside = ThreadedTaskDispatcher()
        self._beside.queue_logger = _Silent()
        self._beside.set_thread_count(1)

    def add_task(self, task: Channel) -> None:
        """Queue a connection's next request, or refuse it.

        waitress calls it under the connection's ``requests_lock``.
        """
        while task.requests:
            request = task.requests[0]
            setattr(request, _READ_AT, time.perf_counter())
            if request.error is None and request.path in PROBES:
                self._beside.add_task(task)
                return
            with self.lock:
                if len(self.queue) < self._max_queued:
                    self.queue.append(task)
                    self.queue_cv.notify()
                    return
            # Here and now: a thread for it would wait among those that compute.
            task.refuse(request.error or _BusyError("Too many requests at once; ask again."))

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop every thread."""
        self._beside.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))


class _Silent:
    """Takes waitress's warning about each waiting task, which is no news here."""

    def warning(self, *_arguments: object) -> None:
        """Drop it."""
