"""One line a request: what was asked of which route, never by whom or with which words."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from flask import Flask, Response, request

from modiste.api.doors.pseudonyms import Pseudonyms
from modiste.api.doors.visit import client_address, this_visit

logger = logging.getLogger("modiste.requests")

LogFormat = Literal["json", "text"]
_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
#: Where a record keeps its fields.
_FIELDS: Final = "modiste_fields"


class JsonLines(logging.Formatter):
    """Each record as one line of JSON, a traceback in one field of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def configure_logging(kind: LogFormat) -> None:
    """Write the log of a service to standard error; for a process that only serves.

    Parameters
    ----------
    kind : str
        ``json`` for one JSON object a line, ``text`` for people.
    """
    handler = logging.StreamHandler()
    if kind == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("modiste").setLevel(logging.INFO)


def register_request_log(app: Flask, release_id: Callable[[], str | None]) -> None:
    """Log every answer of an app, and give it the ids of its request.

    Parameters
    ----------
    app : Flask
    release_id : callable
        Returns the name of the release in use, or None.
    """
    pseudonyms = Pseudonyms()

    def finish(response: Response) -> Response:
        visit = this_visit()
        response.headers["X-Request-Id"] = visit.request_id
        if visit.traceparent is not None:
            response.headers["traceparent"] = visit.traceparent
        if logger.isEnabledFor(logging.INFO):
            rule = request.url_rule
            user_id = visit.user_id
            fields = {
                "method": request.method if request.method in _METHODS else "other",
                "route": None if rule is None else rule.rule,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - visit.started) * 1000, 1),
                "bytes_in": request.content_length or 0,
                "bytes_out": response.calculate_content_length(),
                "release": release_id(),
                "request_id": visit.request_id,
                "traceparent": visit.traceparent,
                "key": visit.key_prefix,
                "user": None if user_id is None else pseudonyms.of("user", user_id),
                "address": pseudonyms.of("address", client_address()),
            }
            log_line(fields)
        return response

    app.after_request(finish)


def log_line(fields: Mapping[str, object]) -> None:
    """Write the line of one request; for people it is shorter."""
    route = fields["route"] or "(no route)"
    logger.info(
        "%s %s %s in %s ms",
        fields["method"],
        route,
        fields["status"],
        fields["milliseconds"],
        extra={_FIELDS: fields},
    )
