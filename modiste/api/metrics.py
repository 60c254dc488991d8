"""Figures for Prometheus, one registry a service.

Several service processes have a registry each: scrape every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

if TYPE_CHECKING:
    from modiste.data.store.event_log import Recorded
    from modiste.recommender.query import Query

_ANSWER_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LOAD_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)


class Metrics:
    """What a service counts and measures.

    Attributes
    ----------
    registry : CollectorRegistry
    requests : Counter
        By ``method``, ``route`` (the template, such as ``/v1/items/<path:item_id>``) and
        ``status``.
    request_seconds : Histogram
        By ``method`` and ``route``, until the answer is written to its connection's buffer.
    in_flight : Gauge
        Requests being worked on.
    inference_seconds : Histogram
        Of the recommender alone, by ``kind``: photo, phrase, item or home.
    release_load_seconds : Histogram
        Until a release is loaded, checked and warmed.
    releases_refused : Counter
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.requests = Counter(
            "modiste_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "modiste_request_seconds",
            "Seconds from a whole request to its answer",
            ("method", "route"),
            buckets=_ANSWER_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "modiste_requests_in_flight", "Requests being worked on", registry=self.registry
        )
        self.inference_seconds = Histogram(
            "modiste_inference_seconds",
            "Seconds of the recommender for one query",
            ("kind",),
            buckets=_ANSWER_SECONDS,
            registry=self.registry,
        )
        self.release_load_seconds = Histogram(
            "modiste_release_load_seconds",
            "Seconds until a release was loaded, checked and warmed",
            buckets=_LOAD_SECONDS,
            registry=self.registry,
        )
        self.releases_refused = Counter(
            "modiste_releases_refused",
            "Releases that were to serve and could not",
            registry=self.registry,
        )
        self._swaps = Counter(
            "modiste_release_swaps",
            "Times a release took over from another",
            registry=self.registry,
        )
        self._release = Gauge(
            "modiste_release_info", "The release in use", ("release_id",), registry=self.registry
        )
        self._events = Counter(
            "modiste_events",
            "Events acknowledged, by what became of them",
            ("outcome",),
            registry=self.registry,
        )
        self._queues = Gauge(
            "modiste_queue_length", "Requests that wait", ("queue",), registry=self.registry
        )
        self._serving: str | None = None

    def text(self) -> bytes:
        """Return every figure in Prometheus' text format."""
        return generate_latest(self.registry)

    def serves(self, release_id: str) -> None:
        """Note which release answers from now on."""
        if self._serving is not None:
            self._swaps.inc()
        self._serving = release_id
        self._release.clear()
        self._release.labels(release_id).set(1)

    def recorded(self, found: Recorded) -> None:
        """Count events that were acknowledged."""
        self._events.labels("new").inc(found.n_new)
        self._events.labels("known").inc(found.n_known)
        self._events.labels("quarantined").inc(found.n_quarantined)

    def watch_queue(self, name: str, length: Callable[[], int]) -> None:
        """Tell the length of a queue whenever figures are asked for."""
        self._queues.labels(name).set_function(length)

    @contextmanager
    def inference(self, query: Query) -> Iterator[None]:
        """Measure the recommender's time for one query."""
        with self.inference_seconds.labels(_kind(query)).time():
            yield


def _kind(query: Query) -> str:
    if query.image is not None:
        return "photo"
    if query.embedding is not None:
        return "embedding"
    if query.text is not None:
        return "phrase"
    return "item" if query.item_id is not None else "home"
