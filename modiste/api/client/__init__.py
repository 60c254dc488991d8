"""A client of the service, over httpx; it needs no Flask, no TensorFlow and no FAISS."""

from __future__ import annotations

from modiste.api.client.client import Client
from modiste.api.client.errors import ProblemError, UnreachableError
from modiste.api.client.event import Event
from modiste.api.client.items import TaggedItem

__all__ = ["Client", "Event", "ProblemError", "TaggedItem", "UnreachableError"]
