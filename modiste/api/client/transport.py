"""Requests over httpx: sent again where that is safe, never past a deadline, to one host only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from modiste import __version__
from modiste.api.client.errors import ProblemError, UnreachableError
from modiste.api.client.kept import Kept, KeptByTag
from modiste.api.client.retries import PASSING, wait_seconds

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
_NOT_MODIFIED: Final = 304
_TOO_MANY: Final = 429
_KEY: Final = re.compile(r"[\x21-\x7e]+")
#: After these the service has seen nothing of the request.
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Request:
    """What is sent, as often as it takes.

    Parameters
    ----------
    method, path : str
    parameters : mapping, optional
        Of the address.
    headers : mapping of str to str, optional
    content : bytes, optional
        A body, or `files` for a form.
    files : mapping, optional
        As httpx takes them.
    may_repeat : bool
        Whether doing it twice is as good as once. Otherwise it is sent again only where the
        service surely did not take it: past its rate (429), or without a connection.
    """

    method: str
    path: str
    parameters: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    content: bytes | None = None
    files: Mapping[str, Any] | None = None
    may_repeat: bool = True


@dataclass(frozen=True)
class Reply:
    """What came back.

    Parameters
    ----------
    status : int
    body : bytes
    headers : mapping of str to str
    maybe_done_before : bool
        Whether an earlier try may have been done though its answer was lost.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    maybe_done_before: bool = False

    def read(self, model: type[Model]) -> Model:
        """Return the body as a model.

        Raises
        ------
        UnreachableError
            If it is something else.
        """
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            raise UnreachableError(
                f"The service must answer with a {model.__name__}; is the address that of modiste, "
                f"of version {__version__}? Received: {error.errors()[0]['msg']}"
            ) from error


class Transport:
    """Sends requests to one service; any number of threads may share it.

    Parameters
    ----------
    url, key, timeout, tries, deadline, traceparent, http
        As `Client` takes them.
    """

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        timeout: float,
        tries: int,
        deadline: float,
        traceparent: str | Callable[[], str | None] | None,
        http: httpx.BaseTransport | None,
    ) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query:
            raise ValueError(f"url must be such as https://shop.example. Received: {url!r}")
        if key is not None and _KEY.fullmatch(key) is None:
            raise ValueError(
                f"key must be visible ASCII characters. Received: {len(key)} characters, not shown"
            )
        if timeout <= 0 or deadline <= 0 or tries < 1:
            raise ValueError(
                "timeout and deadline must be above 0, tries at least 1. "
                f"Received: {timeout}, {deadline} and {tries}"
            )
        self._base = url.rstrip("/")
        self._timeout = timeout
        self._tries = tries
        self._deadline = deadline
        self._traceparent = traceparent
        self.kept = KeptByTag()
        headers = {"User-Agent": f"modiste-python/{__version__}"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        # A key must not follow to another host: neither a redirect's nor a proxy's.
        self._http = httpx.Client(
            headers=headers, follow_redirects=False, trust_env=False, transport=http
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def send(self, request: Request) -> Reply:
        """Send a request until it is answered.

        Raises
        ------
        ProblemError
            If the service refuses it.
        UnreachableError
            If there is no answer within the tries and the deadline.
        """
        until = time.monotonic() + self._deadline
        maybe_done = False
        n_tried = 0
        while True:
            n_tried += 1
            reply: Reply | None = None
            failed: httpx.HTTPError | None = None
            try:
                reply = self._once(request, until)
            except (httpx.TransportError, httpx.DecodingError) as error:
                failed = error
            if reply is not None and (reply.status < 300 or reply.status == _NOT_MODIFIED):
                return Reply(reply.status, reply.body, reply.headers, maybe_done)
            if reply is not None and reply.status not in PASSING:
                problem = ProblemError.read(reply.status, reply.body)
                problem.maybe_done_before = maybe_done
                raise problem
            was_taken = not (isinstance(failed, _NOT_SENT) or (reply and reply.status == _TOO_MANY))
            maybe_done = maybe_done or was_taken
            wait = wait_seconds(n_tried, reply.headers.get("Retry-After") if reply else None)
            is_last = n_tried >= self._tries or time.monotonic() + wait >= until
            if is_last or (was_taken and not request.may_repeat):
                if reply is not None:
                    raise ProblemError.read(reply.status, reply.body)
                raise UnreachableError(
                    f"{request.method} {self._base}{request.path} had no whole answer within "
                    f"{self._deadline:g} s; is the service up? Received: "
                    f"{type(failed).__name__}: {failed} after {n_tried} tries"
                ) from failed
            time.sleep(wait)

    def kept_bytes(self, path: str) -> Kept:
        """Return what lies at an address; what the service says has not changed comes from here.

        Raises
        ------
        ProblemError, UnreachableError
            As `send`.
        """
        known = self.kept.get(path)
        headers = None if known is None else {"If-None-Match": known.tag}
        try:
            reply = self.send(Request("GET", path, headers=headers))
        except ProblemError:
            self.kept.forget(path)
            raise
        if reply.status == _NOT_MODIFIED and known is not None:
            return known
        found = Kept(reply.headers.get("ETag", ""), reply.body)
        if found.tag:
            self.kept.put(path, found)
        return found

    def _once(self, request: Request, until: float) -> Reply:
        headers = dict(request.headers or {})
        trace = self._traceparent() if callable(self._traceparent) else self._traceparent
        if trace is not None:
            headers["traceparent"] = trace
        with self._http.stream(
            request.method,
            self._base + request.path,
            params=request.parameters or None,
            headers=headers,
            content=request.content,
            files=request.files,
            timeout=min(self._timeout, max(until - time.monotonic(), 0.001)),
        ) as response:
            parts: list[bytes] = []
            n_bytes = 0
            for part in response.iter_bytes():
                parts.append(part)
                n_bytes += len(part)
                if n_bytes > MAX_ANSWER_BYTES:
                    raise UnreachableError(
                        f"An answer must have at most {MAX_ANSWER_BYTES:,} bytes. Received: more"
                    )
                # Each part comes in time, and all of them together must.
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("the answer did not end in time")
            return Reply(response.status_code, b"".join(parts), response.headers)


def segment(name: str) -> str:
    """Return an id as one segment of an address."""
    escaped = quote(name, safe="")
    # Dots alone would be a step up.
    return escaped.replace(".", "%2E") if set(escaped) == {"."} else escaped
