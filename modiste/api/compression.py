"""JSON of some size is compressed for whoever accepts it.

A compressed answer has an entity tag of its own: the other's with `SUFFIX`, which is taken off
again where a client sends it. A weak tag for both would never match in ``If-Match``.

References
----------
RFC 9110, section 8.8.3.3 (entity tags varying on content-negotiated resources).
"""

from __future__ import annotations

import gzip
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request

#: A shorter answer fits one packet anyway.
LEAST_BYTES: Final = 1_024
_LEVEL: Final = 5
#: Of the entity tag of what is compressed.
SUFFIX: Final = "-gzip"
_WITH_TAGS: Final = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")


def register_compression(app: Flask) -> None:
    """Compress the JSON answers of an app, and read the entity tags of compressed ones."""
    app.before_request(_take_suffixes_off)
    app.after_request(_compressed)


def _take_suffixes_off() -> None:
    for name in _WITH_TAGS:
        if name in request.environ:
            request.environ[name] = request.environ[name].replace(f'{SUFFIX}"', '"')


def _compressed(response: Response) -> Response:
    kind = response.mimetype or ""
    is_json = kind == "application/json" or kind.endswith("+json")
    # What comes a piece at a time is not gathered here.
    is_whole = not (response.direct_passthrough or response.is_streamed)
    if not is_json or not is_whole or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.best_match(["identity", "gzip"]) != "gzip":
        return response
    content = response.get_data()
    if len(content) <= LEAST_BYTES:
        return response
    tag, is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(f"{tag}{SUFFIX}", weak=bool(is_weak))
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    # Without a time, the same answer is the same bytes.
    response.set_data(gzip.compress(content, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
