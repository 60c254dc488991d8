"""What a request must pass before its body is read: size, rates, key, place."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from modiste.api.contract.problems import problem
from modiste.api.doors.places import Places
from modiste.api.doors.rates import Buckets, Rate
from modiste.api.doors.routes import OPEN, computes, is_probe, scope_of
from modiste.api.doors.settings import DoorSettings
from modiste.api.doors.visit import client_address, end_visit, this_visit

if TYPE_CHECKING:
    from modiste.api.doors.known_keys import KnownKeys

_REALM = 'Bearer realm="modiste"'
_RETRY_SECONDS = 1
#: In the environment of a request: the seconds that it waited for a thread of the server's.
WAITED = "modiste.waited"


class Gate:
    """Lets a request in, or says why not.

    Parameters
    ----------
    settings : DoorSettings
    max_body_bytes : int
    keys : KnownKeys, optional
        None asks for no key.
    clock : callable
        Of the rates: seconds that never go back.
    """

    def __init__(
        self,
        settings: DoorSettings,
        max_body_bytes: int,
        keys: KnownKeys | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        def buckets(rate: Rate | None) -> Buckets | None:
            return None if rate is None else Buckets(rate, clock=clock)

        rates = settings.rates
        self._max_body_bytes = max_body_bytes
        self._keys = keys
        self._of_addresses = (buckets(rates.address), buckets(rates.address_photos))
        self._of_keys = (buckets(rates.key), buckets(rates.key_photos))
        self.places = Places(settings.computing, settings.waiting)

    def check(self) -> Response | None:
        """Return what refuses this request, or None to let it in."""
        if (request.content_length or 0) > self._max_body_bytes:
            raise RequestEntityTooLarge
        endpoint = request.endpoint
        scope = OPEN if endpoint is None else scope_of(current_app, endpoint)
        if endpoint is not None and is_probe(current_app, endpoint):
            return None
        # Whoever guesses keys is slowed down as well.
        refused = self._slow_down(self._of_addresses, client_address())
        if endpoint is not None and scope == OPEN:
            return refused
        if refused is None and self._keys is not None and endpoint and request.method != "OPTIONS":
            refused = self._ask_for_key(self._keys, scope)
        may_compute = endpoint is not None and computes(current_app, endpoint)
        if refused is None and may_compute and request.method != "OPTIONS":
            refused = self._find_place()
        return refused

    def leave(self) -> None:
        """End a visit; harmless if it was never let in."""
        visit = end_visit()
        if visit is not None and visit.holds_place:
            self.places.leave()

    def _slow_down(self, pair: tuple[Buckets | None, Buckets | None], name: str) -> Response | None:
        plain, photos = pair
        buckets = photos if _may_hold_photo() else plain
        seconds = 0.0 if buckets is None else buckets.take(name)
        if seconds <= 0:
            return None
        wait = max(1, math.ceil(seconds))
        kind = "photos" if buckets is photos else "requests"
        answer = problem(429, f"Too many {kind}; ask again in {wait} s.", kind="too-many-requests")
        answer.headers["Retry-After"] = str(wait)
        return answer

    def _ask_for_key(self, keys: KnownKeys, scope: str) -> Response | None:
        from modiste.api.doors.known_keys import KeysUnavailableError

        shown = request.authorization
        if shown is None or shown.type != "bearer" or not shown.token:
            return _unauthorised("Send a key: Authorization: Bearer ... Received: none", "")
        try:
            key = keys.find(shown.token)
        except KeysUnavailableError:
            return _busy("Keys cannot be checked; ask again.", "keys-unavailable")
        if key is None:
            return _unauthorised(
                "The key must be one that was made here, not expired and not revoked. "
                "Received: another",
                ', error="invalid_token"',
            )
        this_visit().key_prefix = key.prefix
        if scope not in key.scopes:
            answer = problem(
                403,
                f"This needs a key for {scope!r}. Received: one for {', '.join(key.scopes)}",
                kind="missing-scope",
            )
            answer.headers["WWW-Authenticate"] = (
                f'{_REALM}, error="insufficient_scope", scope="{scope}"'
            )
            return answer
        return self._slow_down(self._of_keys, key.prefix)

    def _find_place(self) -> Response | None:
        if not self.places.enter(request.environ.get(WAITED, 0.0)):
            return _busy("Too many searches at once; ask again.", "busy")
        this_visit().holds_place = True
        return None


def _may_hold_photo() -> bool:
    # Told by the header, since the body is not read yet.
    return request.mimetype == "multipart/form-data" or request.mimetype.startswith("image/")


def _unauthorised(detail: str, error: str) -> Response:
    answer = problem(401, detail, kind="key-required")
    answer.headers["WWW-Authenticate"] = _REALM + error
    return answer


def _busy(detail: str, kind: str) -> Response:
    answer = problem(503, detail, kind=kind)
    answer.headers["Retry-After"] = str(_RETRY_SECONDS)
    return answer
