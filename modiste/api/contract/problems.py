"""Every error as ``application/problem+json``.

References
----------
RFC 9457, Problem Details for HTTP APIs.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus

from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from modiste.api.contract.answers import FieldProblem, Problem
from modiste.errors import (
    InvalidImageError,
    KeyInUseError,
    KeyReusedError,
    ReleaseError,
    UnknownItemError,
    UnknownSearchError,
)

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_MAX_SHOWN = 80

#: Status of each `InvalidImageError` code; the others are 422.
_PHOTO_STATUS = {"unsupported_format": 415, "too_large": 413, "too_many_pixels": 413}

#: Titles of the statuses that the service answers itself.
TITLES = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "The key does not open this",
    404: "Not found",
    405: "Method not allowed",
    409: "The request conflicts with another",
    412: "The item is not as the request expects",
    413: "The request is too large",
    415: "Unsupported media type",
    422: "The request is not valid",
    429: "Too many requests",
    500: "The service failed",
    503: "The service is not ready",
}


class InvalidRequestError(Exception):
    """A request that breaks the contract in a known field; becomes a problem.

    Parameters
    ----------
    detail : str
        What came and what was expected.
    field : str
        The field at fault.
    code : str
        Stable and machine-readable.
    status : int
        HTTP status, 4xx.
    """

    def __init__(self, detail: str, *, field: str, code: str, status: int = 422) -> None:
        super().__init__(detail)
        self.field = field
        self.code = code
        self.status = status


def problem(
    status: int, detail: str, *, kind: str | None = None, errors: Sequence[FieldProblem] = ()
) -> Response:
    """Return a problem as a response.

    Parameters
    ----------
    status : int
        HTTP status.
    detail : str
        What happened, in words.
    kind : str, optional
        Last part of the problem's type; by default the status says it all.
    errors : sequence of FieldProblem
        The fields at fault.
    """
    body = Problem(
        type=f"urn:modiste:problem:{kind}" if kind else "about:blank",
        title=TITLES.get(status) or HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors),
    )
    return Response(body.model_dump_json(), status=status, content_type=MEDIA_TYPE)


def register_problems(app: Flask) -> None:
    """Answer every error of an app as a problem."""
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(InvalidRequestError, _from_request)
    app.register_error_handler(ValidationError, _from_validation)
    app.register_error_handler(InvalidImageError, _from_photo)
    app.register_error_handler(UnknownItemError, _from_unknown_item)
    app.register_error_handler(UnknownSearchError, _from_unknown_search)
    app.register_error_handler(KeyReusedError, _from_key)
    app.register_error_handler(KeyInUseError, _from_key)
    app.register_error_handler(ReleaseError, _from_release)
    app.register_error_handler(ValueError, _from_value)
    app.register_error_handler(Exception, _from_bug)


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    answer = problem(status, error.description or HTTPStatus(status).phrase)
    # Allow, Retry-After and the like; the body's own headers are ours.
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _from_request(error: InvalidRequestError) -> Response:
    at_fault = FieldProblem(field=error.field, code=error.code, message=str(error))
    return problem(error.status, str(error), kind="invalid-request", errors=[at_fault])


def _from_validation(error: ValidationError) -> Response:
    found = error.errors(include_url=False, include_context=False)
    malformed = any(e["type"] == "json_invalid" for e in found)
    errors = field_problems(error)
    if malformed:
        return problem(
            400, "The body must be JSON (RFC 8259).", kind="malformed-json", errors=errors
        )
    names = ", ".join(dict.fromkeys(e.field or "the request" for e in errors))
    return problem(422, f"Not valid: {names}.", kind="invalid-request", errors=errors)


def field_problems(error: ValidationError) -> list[FieldProblem]:
    """Return the fields at fault, the first twenty."""
    found = error.errors(include_url=False, include_context=False)
    return [
        FieldProblem(field=_field(e["loc"]), code=e["type"], message=_message(e["msg"], e["input"]))
        for e in found[:20]
    ]


def _field(location: tuple[int | str, ...]) -> str:
    # pydantic adds the branch of a union it tried, such as 'list[union[bool,...]]'.
    return ".".join(str(part) for part in location if "[" not in str(part))


def _message(text: str, value: object) -> str:
    text = text.removeprefix("Value error, ")
    shown = repr(value)
    if len(shown) > _MAX_SHOWN:
        shown = f"{shown[:_MAX_SHOWN]}..."
    return f"{text}. Received: {shown}"


def _from_photo(error: InvalidImageError) -> Response:
    at_fault = FieldProblem(field="photo", code=error.code, message=str(error))
    status = _PHOTO_STATUS.get(error.code, 422)
    return problem(status, str(error), kind="invalid-photo", errors=[at_fault])


def _from_unknown_item(error: UnknownItemError) -> Response:
    return problem(404, str(error), kind="unknown-item")


def _from_unknown_search(error: UnknownSearchError) -> Response:
    return problem(404, str(error), kind="unknown-search")


def _from_key(error: KeyReusedError | KeyInUseError) -> Response:
    status = 409 if isinstance(error, KeyInUseError) else 422
    code = "key_in_use" if status == 409 else "key_reused"
    at_fault = FieldProblem(field="Idempotency-Key", code=code, message=str(error))
    return problem(status, str(error), kind="idempotency-key", errors=[at_fault])


def _from_release(error: ReleaseError) -> Response:
    # A loaded release refuses what it has no part for, such as a photo without a network.
    return problem(422, str(error), kind="release-cannot-answer")


def _from_value(error: ValueError) -> Response:
    detail = str(error)
    if "Received" not in detail:
        # Our own messages say what was received; another library's may show internals.
        logger.warning("A request was refused by a ValueError", exc_info=error)
        detail = "The request cannot be answered as it stands; the log says why."
    errors = []
    for field, code in (("k", "out_of_range"), ("embedding", "embedding")):
        # Only the recommender knows how many items there are, and how long its embeddings.
        if detail.startswith(f"{field} must "):
            errors.append(FieldProblem(field=field, code=code, message=detail))
    return problem(422, detail, kind="invalid-request", errors=errors)


def _from_bug(error: Exception) -> Response:
    # The rule and not the path, which may name a shopper.
    route = request.url_rule.rule if request.url_rule is not None else "an unknown address"
    logger.error("%s %s failed", request.method, route, exc_info=error)
    return problem(500, "The request failed inside the service; the log says why.")
