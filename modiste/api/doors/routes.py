"""What each route asks for: one scope at most, and a place to compute where it computes."""

from __future__ import annotations

from typing import Final

from flask import Flask

from modiste.api.contract.operations import UNDOCUMENTED, operation_of
from modiste.data.store.scopes import ADMIN

#: Needs no key and never waits.
OPEN: Final = "open"


def scope_of(app: Flask, endpoint: str) -> str:
    """Return the scope of an endpoint; one that says nothing of itself is for `ADMIN` only."""
    if endpoint in UNDOCUMENTED:
        return OPEN
    operation = operation_of(app, endpoint)
    return ADMIN if operation is None else operation.scope or OPEN


def is_probe(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint is never slowed down."""
    operation = operation_of(app, endpoint)
    return operation is not None and operation.is_probe


def computes(app: Flask, endpoint: str) -> bool:
    """Whether the recommender works for an endpoint."""
    operation = operation_of(app, endpoint)
    return operation is not None and operation.computes
