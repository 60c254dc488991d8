"""What browsers are told: which origins may call, and what a page may do.

References
----------
Fetch Standard, section 3.3 (CORS protocol); RFC 6797 (HSTS).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flask import Flask, Response, request

_YEAR_SECONDS: Final = 31_536_000
_PREFLIGHT_SECONDS: Final = 600
_MAY_BE_SENT: Final = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent, "
    "X-Request-Id"
)
_MAY_BE_READ: Final = "ETag, Retry-After, traceparent, WWW-Authenticate, X-Request-Id"
_PERMISSIONS: Final = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), payment=(), usb=()"
)


def register_browsers(app: Flask, allowed_origins: Collection[str]) -> None:
    """Answer preflights, and add the headers that depend on the request.

    Parameters
    ----------
    app : Flask
    allowed_origins : collection of str
        Exact origins; of none, no page of another origin reads an answer.
    """
    allowed = frozenset(allowed_origins)

    def preflight() -> Response | None:
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or asked is None or _origin() not in allowed:
            return None
        response = Response(status=204)
        # An address may belong to several routes, one a method.
        address = app.create_url_adapter(request)
        methods = address.allowed_methods() if address is not None else ()
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
        response.headers["Access-Control-Allow-Headers"] = _MAY_BE_SENT
        response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
        return response

    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Permissions-Policy", _PERMISSIONS)
        if response.mimetype == "text/html":
            headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        if request.is_secure:
            # Without includeSubDomains: the others are not ours to promise for.
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_SECONDS}")
        if response.status_code >= 400:
            headers.setdefault("Cache-Control", "no-store")
        if allowed:
            response.vary.add("Origin")
            origin = _origin()
            if origin in allowed:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = _MAY_BE_READ
        return response

    app.before_request(preflight)
    app.after_request(add_headers)


def _origin() -> str:
    return request.headers.get("Origin", "")
