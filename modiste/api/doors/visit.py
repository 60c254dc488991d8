"""What is known of the request being answered."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field

from flask import g, request

from modiste.api.doors import trace

_NO_ADDRESS = "none"


@dataclass
class Visit:
    """One request: who asks and since when.

    Parameters
    ----------
    request_id : str
    traceparent : str, optional
    key_prefix : str, optional
        Of the key that opened.
    user_id : str, optional
        The shopper it is about.
    holds_place : bool
        Whether it must leave a place of the recommender's.
    """

    request_id: str
    traceparent: str | None
    key_prefix: str | None = None
    user_id: str | None = None
    holds_place: bool = False
    started: float = field(default_factory=time.perf_counter)


def begin_visit() -> Visit:
    """Begin and return the visit of this request."""
    g.modiste_visit = Visit(
        trace.request_id(request.headers.get("X-Request-Id")),
        trace.traceparent(request.headers.get("traceparent")),
    )
    return this_visit()


def end_visit() -> Visit | None:
    """Forget and return the visit of this request; None if it never began."""
    visit: Visit | None = g.pop("modiste_visit", None)
    return visit


def this_visit() -> Visit:
    """Return the visit of this request."""
    visit: Visit = g.modiste_visit
    return visit


def note_shopper(user_id: str | None) -> None:
    """Say which shopper a request is about, for a pseudonym in the log."""
    visit = g.get("modiste_visit")
    if visit is not None:
        visit.user_id = user_id


def client_address() -> str:
    """Return who asks, as far as addresses tell: of IPv6, the network of one customer."""
    text = request.remote_addr or _NO_ADDRESS
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        # A trusted proxy may say anything; a long text must not fill the memory.
        return text[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        # Whoever has one address of a /64 has all of them.
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
