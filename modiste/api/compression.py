"""JSON of some size, and the page with its files, are compressed for whoever accepts it.

A compressed answer has an entity tag of its own: the other's with `SUFFIX`, which is taken off
again where a client sends it. A weak tag for both would never match in ``If-Match``.

References
----------
RFC 9110, section 8.8.3.3 (entity tags varying on content-negotiated resources).
"""

from __future__ import annotations

import gzip
import threading
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request

#: A shorter answer fits one packet anyway.
LEAST_BYTES: Final = 1_024
_LEVEL: Final = 5
_FILE_LEVEL: Final = 9
#: Of the entity tag of what is compressed.
SUFFIX: Final = "-gzip"
_WITH_TAGS: Final = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")


_TEXTS: Final = frozenset(
    {
        "application/javascript",
        "application/wasm",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
    }
)


def register_compression(app: Flask) -> None:
    """Compress the answers of an app, and read the entity tags of compressed ones."""
    files = _Files()
    app.before_request(_take_suffixes_off)

    def compressed(response: Response) -> Response:
        return _compressed(response, files)

    app.after_request(compressed)


class _Files:
    """The page's files as they are sent: the same few, asked for again and again."""

    def __init__(self) -> None:
        self._by_tag: dict[str, bytes] = {}
        self._reading = threading.Lock()

    def compressed(self, response: Response) -> bytes:
        """Return the content of a file's answer, compressed once for each entity tag."""
        tag = response.get_etag()[0]
        response.direct_passthrough = False
        with self._reading:
            packed = self._by_tag.get(tag or "")
            if packed is not None:
                file = response.response
                response.call_on_close(getattr(file, "close", lambda: None))
                return packed
            packed = gzip.compress(response.get_data(), _FILE_LEVEL, mtime=0)
            if tag is not None:
                self._by_tag[tag] = packed
            return packed


def _take_suffixes_off() -> None:
    for name in _WITH_TAGS:
        if name in request.environ:
            request.environ[name] = request.environ[name].replace(f'{SUFFIX}"', '"')


def _compressed(response: Response, files: _Files) -> Response:
    kind = response.mimetype or ""
    is_text = kind in _TEXTS or kind == "application/json" or kind.endswith("+json")
    is_file = request.endpoint == "static"
    # What comes a piece at a time is not gathered here.
    is_whole = is_file or not (response.direct_passthrough or response.is_streamed)
    if not is_text or not is_whole or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.best_match(["identity", "gzip"]) != "gzip":
        return response
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        return response
    size = response.content_length if is_file else len(response.get_data())
    if response.status_code != HTTPStatus.NOT_MODIFIED and (size or 0) <= LEAST_BYTES:
        return response
    tag, is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(f"{tag}{SUFFIX}", weak=bool(is_weak))
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    # Without a time, the same answer is the same bytes.
    packed = (
        files.compressed(response)
        if is_file
        else gzip.compress(response.get_data(), _LEVEL, mtime=0)
    )
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    return response
