"""A service that is busy at first, as clients meet it."""

from __future__ import annotations

from collections import Counter
from typing import Any


class Flaky:
    """Refuses the first request of each path, as a busy service does; counts the statuses."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.refused: set[str] = set()
        self.statuses: Counter[tuple[str, str]] = Counter()
        self.keys: set[str | None] = set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        self.keys.add(environ.get("HTTP_AUTHORIZATION"))

        def started(status: str, headers: Any, *rest: Any) -> Any:
            self.statuses[path, status[:3]] += 1
            return start_response(status, headers, *rest)

        if path not in self.refused:
            self.refused.add(path)
            environ["wsgi.input"].read()
            started("503 Service Unavailable", [("Retry-After", "0"), ("Content-Length", "0")])
            return [b""]
        return self.application(environ, started)
