"""What each route does, said beside its view: what it takes, answers, refuses, and who may ask.

A module declares an `Operation` and puts it on its view with `documented`; path and method are
those of the route. `modiste.api.contract.openapi` writes them all down, and `operation_of` tells
whoever guards the service which scope a request needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from flask import Flask
from pydantic import BaseModel

#: What an API key may be allowed; `modiste.data.store.scopes` has them as values.
Scope = Literal["search", "events", "catalogue", "admin"]
#: Flask's own route of the page's files.
UNDOCUMENTED: Final = frozenset({"static"})

_ATTRIBUTE: Final = "modiste_operation"
_OF_A_BODY: Final = (400, 413, 415, 422)
_OF_A_SCOPE: Final = (401, 403)

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Body:
    """What a request may carry.

    Parameters
    ----------
    json : tuple of model
        The body is one of these; none if it cannot be JSON.
    further_json : tuple of str
        Media types that it may have besides ``application/json``.
    multipart : model, optional
        A form beside a file ``photo``: see `part`.
    part : str
        The form's part that is the whole model as JSON. Of ``query`` the fields may also come as
        parts of their own.
    needs_photo : bool
        Whether the form must have the photo.
    ndjson : tuple of model
        A line of ``application/x-ndjson`` is one of these.
    idempotency_key : bool
        Whether ``Idempotency-Key`` is heeded.
    """

    json: tuple[type[BaseModel], ...] = ()
    further_json: tuple[str, ...] = ()
    multipart: type[BaseModel] | None = None
    part: str = "query"
    needs_photo: bool = False
    ndjson: tuple[type[BaseModel], ...] = ()
    idempotency_key: bool = False


@dataclass(frozen=True)
class Answer:
    """What a successful request gets.

    Parameters
    ----------
    model : model, optional
        Of a JSON answer; without one, `media_types` say all there is to say.
    status : int
        2xx.
    media_types : tuple of str
        None for an answer without a body.
    cacheable : bool
        Comes with an ETag, and as 304 to who has it.
    """

    model: type[BaseModel] | None = None
    status: int = 200
    media_types: tuple[str, ...] = ("application/json",)
    cacheable: bool = False


@dataclass(frozen=True)
class Operation:
    """One operation of the service.

    Parameters
    ----------
    operation_id : str
        Unique; clients name their methods by it.
    summary : str
        One line.
    scope : str or None
        What a key must be allowed; None where anybody may ask.
    answers : tuple of Answer
    errors : tuple of int
        Statuses besides those that every body, address with arguments and scope brings.
    arguments : model, optional
        Of the address.
    body : Body, optional
    computes : bool
        Whether the recommender works for it: such requests share the places and their queue.
    is_probe : bool
        Whether a load balancer asks it: such requests are never slowed down.
    if_match : bool
        Whether ``If-Match`` is heeded, and 412 may come.
    if_none_match : bool
        Whether ``If-None-Match: *`` is heeded, and 412 may come.
    """

    operation_id: str
    summary: str
    scope: Scope | None
    answers: tuple[Answer, ...] = field(default=(Answer(),))
    errors: tuple[int, ...] = ()
    arguments: type[BaseModel] | None = None
    body: Body | None = None
    computes: bool = False
    is_probe: bool = False
    if_match: bool = False
    if_none_match: bool = False

    @property
    def all_errors(self) -> tuple[int, ...]:
        """Every status of a refusal, in order."""
        found = set(self.errors)
        if self.body is not None:
            found.update(_OF_A_BODY)
        if self.body is not None and self.body.idempotency_key:
            found.add(409)
        if self.arguments is not None:
            found.add(422)
        if self.if_match or self.if_none_match:
            found.add(412)
        if self.scope is not None:
            found.update(_OF_A_SCOPE)
        if not self.is_probe:
            found.add(429)
        return tuple(sorted(found))


def documented(operation: Operation) -> Callable[[View], View]:
    """Put an operation on a view; write it below the route's decorator."""

    def put(view: View) -> View:
        setattr(view, _ATTRIBUTE, operation)
        return view

    return put


def operation_of(app: Flask, endpoint: str | None) -> Operation | None:
    """Return the operation of an endpoint, such as ``request.endpoint``; None if it has none."""
    view = app.view_functions.get(endpoint) if endpoint is not None else None
    found: Operation | None = getattr(view, _ATTRIBUTE, None)
    return found
