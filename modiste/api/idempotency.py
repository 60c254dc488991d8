"""``Idempotency-Key``: a request sent twice is answered once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from flask import Request, Response

from modiste.api.contract.problems import InvalidRequestError
from modiste.api.doors.visit import client_address

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from modiste.data.store.kept_answers import KeptAnswers

HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


def answered_once(
    kept: KeptAnswers, request: Request, body: bytes, make: Callable[[Connection | None], str]
) -> Response:
    """Return the JSON that `make` makes, or what it made for the same key and body before.

    `make` is given the connection whose transaction keeps its answer. Without the header it is
    given none, and made each time. Keys of one client are not those of another: clients are told
    apart by ``Authorization``, and those that send none by their address.

    Raises
    ------
    InvalidRequestError
        If the key is not one.
    KeyInUseError, KeyReusedError
        See `KeptAnswers.once`.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return _json(make(None))
    if _KEY.fullmatch(key) is None:
        raise InvalidRequestError(
            f"{HEADER} must be 1 to 255 visible ASCII characters. Received: {key[:80]!r}",
            field=HEADER,
            code="idempotency_key",
            status=400,
        )
    authorization = request.headers.get("Authorization")
    # Nobody can write a header that reads as another's address.
    owner = f"address {client_address()}" if not authorization else f"key {authorization}"
    whole = f"{owner}\n{request.method}\n{request.path}\n{key}"
    return _json(kept.once(whole, body, make))


def _json(text: str) -> Response:
    response = Response(text, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
