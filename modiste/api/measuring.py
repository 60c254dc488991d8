"""Each request measured, and ``GET /metrics``."""

from __future__ import annotations

import time
from typing import Final

from flask import Blueprint, Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST

from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.metrics import Metrics

_STARTED: Final = "modiste.started"
#: Anything else a client makes up would be a series of its own for ever.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNMATCHED: Final = "unmatched"

METRICS = Operation(
    "metrics",
    "The figures of this process, for Prometheus.",
    scope="admin",
    answers=(Answer(media_types=("text/plain",)),),
)


def measure_requests(app: Flask, metrics: Metrics) -> None:
    """Count and time every request of an app, and tell the figures at ``/metrics``.

    Call it before anything else that looks at a request, so that refused ones count too.

    Parameters
    ----------
    app : Flask
        Its ``extensions["modiste.metrics"]`` becomes `metrics`.
    metrics : Metrics
    """

    def begin() -> None:
        request.environ[_STARTED] = time.perf_counter()
        metrics.in_flight.inc()

    def measure(response: Response) -> Response:
        method = request.method if request.method in _METHODS else "other"
        route = request.url_rule.rule if request.url_rule is not None else _UNMATCHED
        metrics.requests.labels(method, route, str(response.status_code)).inc()
        started = request.environ.get(_STARTED)
        if started is not None:
            seconds = time.perf_counter() - started
            metrics.request_seconds.labels(method, route).observe(seconds)
        return response

    def end(_error: BaseException | None) -> None:
        if request.environ.pop(_STARTED, None) is not None:
            metrics.in_flight.dec()

    app.extensions["modiste.metrics"] = metrics
    app.before_request(begin)
    app.after_request(measure)
    app.teardown_request(end)
    app.register_blueprint(_metrics_blueprint(metrics))


def _metrics_blueprint(metrics: Metrics) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    @documented(METRICS)
    def figures() -> Response:
        response = Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint
