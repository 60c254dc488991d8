"""Clients that ask in threads and note every answer."""

from __future__ import annotations

import http.client
import io
import itertools
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from PIL import Image

from tests.reliability.service import key_header

_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Ask:
    """One request; the body is JSON, or a multipart form with a photo.

    Parameters
    ----------
    method, path : str
    body : bytes
    kind : str
        Media type.
    """

    method: str
    path: str
    body: bytes = b""
    kind: str = "application/json"


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where nothing did."""

    ask: Ask
    status: int
    content: bytes
    seconds: float

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.content)


class Client:
    """One connection, kept open, and opened again when it is lost.

    Parameters
    ----------
    port : int
    key : str, optional
        Shown with every request.
    """

    def __init__(self, port: int, key: str | None = None) -> None:
        self._headers = key_header(key)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)

    def ask(self, ask: Ask) -> Answer:
        """Ask once and note the time."""
        start = time.perf_counter()
        try:
            headers = {**self._headers, **({"Content-Type": ask.kind} if ask.body else {})}
            self._connection.request(ask.method, ask.path, ask.body or None, headers)
            found = self._connection.getresponse()
            status, content = found.status, found.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            status, content = 0, repr(error).encode()
        return Answer(ask, status, content, time.perf_counter() - start)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Load:
    """Threads that ask one request after another until the block ends.

    Parameters
    ----------
    port : int
    asks : sequence of Ask
        Each thread goes round them, from a place of its own.
    threads : int
    """

    def __init__(self, port: int, asks: Sequence[Ask], threads: int = 3) -> None:
        self._port = port
        self._asks = asks
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(nth,), daemon=True) for nth in range(threads)
        ]
        self.answers: list[Answer] = []

    def __enter__(self) -> Self:
        """Start asking."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop asking, when the last answers are here."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, nth: int) -> None:
        client = Client(self._port)
        asks: Iterator[Ask] = itertools.islice(itertools.cycle(self._asks), nth, None)
        for ask in asks:
            if self._stopping.is_set():
                break
            answer = client.ask(ask)
            self.answers.append(answer)
            if not answer.status:
                # A service that is gone is not asked a thousand times a second.
                time.sleep(0.05)
        client.close()


def search(**asked: object) -> Ask:
    """Return a search."""
    return Ask("POST", "/v1/recommendations", json.dumps(asked).encode())


def photo_search(seed: int = 0) -> Ask:
    """Return a search by a photo of random pixels."""
    return upload(jpeg(seed))


def upload(content: bytes, path: str = "/v1/recommendations") -> Ask:
    """Return a request that sends a file as the photo."""
    head = b'--b0undary\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = head + content + b"\r\n--b0undary--\r\n"
    return Ask("POST", path, body, "multipart/form-data; boundary=b0undary")


def jpeg(seed: int = 0) -> bytes:
    """Return a photo of random pixels."""
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (160, 120, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def every_search() -> list[Ask]:
    """Return one request of each kind that a shop page makes."""
    return [
        search(),
        search(text="red dress"),
        search(user_id="u0003"),
        search(item_id="S-0007"),
        photo_search(),
        Ask("GET", "/v1/items/S-0005"),
        Ask("GET", "/v1/items/S-0009/similar?k=5"),
    ]


def percentile_ms(answers: Sequence[Answer], share: float = 99) -> float:
    """Return a percentile of the answers' times in milliseconds; 0 without answers."""
    if not answers:
        return 0.0
    return round(float(np.percentile([one.seconds for one in answers], share)) * 1e3, 1)


def statuses(answers: Sequence[Answer]) -> dict[str, int]:
    """Return how many answers had each status."""
    found = sorted({one.status for one in answers})
    return {str(status): sum(one.status == status for one in answers) for status in found}
