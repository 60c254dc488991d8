"""Photos that come a byte at a time hold sockets, not threads: others are answered at once."""

from __future__ import annotations

import resource
import selectors
import socket
import threading
import time

from tests.reliability.clients import Load, every_search, jpeg, percentile_ms, statuses
from tests.reliability.run import Outcome, Run
from tests.reliability.service import Service

_MOST_MS = 250.0
#: Sockets of the load and files besides.
_SPARE_FILES = 200


def slow_uploads(run: Run) -> Outcome:
    """Ask as a shop does while a thousand clients dribble."""
    made = run.releases("slow-uploads")
    with Service(made.folder, log=run.folder / "slow-uploads.log") as service:
        with Load(service.port, every_search(), threads=2) as alone:
            time.sleep(5.0)
        dribble = Dribble(service.port, run.scale.slow_uploads)
        with dribble, Load(service.port, every_search(), threads=2) as beside:
            time.sleep(run.scale.slow_seconds)
        held = dribble.n_open
        after = service.ask("POST", "/v1/recommendations", {})[0]
    figures = {
        "uploads": run.scale.slow_uploads,
        "still_open_at_the_end": held,
        "bytes_sent": dribble.n_sent,
        "seconds_dribbling": run.scale.slow_seconds,
        "answers": statuses(beside.answers),
        "alone_p99_ms": percentile_ms(alone.answers),
        "p50_ms": percentile_ms(beside.answers, 50),
        "p99_ms": percentile_ms(beside.answers),
    }
    return Outcome.of(
        figures,
        in_time={"p99_under_250_ms": percentile_ms(beside.answers) < _MOST_MS},
        every_good_request_answered=set(statuses(beside.answers)) == {"200"},
        uploads_were_held=held >= 0.99 * run.scale.slow_uploads,
        answers_afterwards=after == 200,
    )


class Dribble:
    """Connections that each send the next byte of a photo every few seconds.

    Parameters
    ----------
    port : int
    n_uploads : int
    """

    def __init__(self, port: int, n_uploads: int) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(n_uploads + _SPARE_FILES, hard), hard))
        self._port = port
        self._n_uploads = n_uploads
        self._content = jpeg()
        self._sockets: list[socket.socket] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.n_sent = 0
        self.n_open = 0

    def __enter__(self) -> Dribble:
        """Open every connection and send the head of its request."""
        head = (
            "POST /v1/recommendations HTTP/1.1\r\nHost: a\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(self._content)}\r\n\r\n"
        ).encode()
        for _ in range(self._n_uploads):
            opened = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            opened.sendall(head)
            opened.setblocking(False)
            self._sockets.append(opened)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Count which are still open, and leave."""
        self._stopping.set()
        self._thread.join()
        self.n_open = len(self._sockets) - self._n_ended()
        for opened in self._sockets:
            opened.close()

    def _run(self) -> None:
        nth = 0
        while not self._stopping.wait(0.2):
            # A fifteenth of them at a time: each sends a byte every three seconds.
            for opened in self._sockets[nth % 15 :: 15]:
                try:
                    opened.send(self._content[nth // 15 : nth // 15 + 1])
                    self.n_sent += 1
                except OSError:
                    pass  # refused; counted at the end
            nth += 1

    def _n_ended(self) -> int:
        """Return how many the server has answered or closed."""
        with selectors.DefaultSelector() as ready:
            for opened in self._sockets:
                ready.register(opened, selectors.EVENT_READ)
            return len(ready.select(0))
