"""JSON of some size is compressed for whoever accepts it."""

from __future__ import annotations

import gzip
from typing import Final

from flask import Flask, Response, request

#: A shorter answer fits one packet anyway.
LEAST_BYTES: Final = 1_024
_LEVEL: Final = 5


def register_compression(app: Flask) -> None:
    """Compress the JSON answers of an app."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    kind = response.mimetype or ""
    is_json = kind == "application/json" or kind.endswith("+json")
    if not is_json or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.best_match(["identity", "gzip"]) != "gzip":
        return response
    content = response.get_data()
    if len(content) <= LEAST_BYTES:
        return response
    # Without a time, the same answer is the same bytes.
    response.set_data(gzip.compress(content, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag is not None:
        # The content is the same, the bytes are not.
        response.set_etag(tag, weak=True)
    return response
