"""The bodies that items are written with: JSON, a form with a photo, or a line an item."""

from __future__ import annotations

from typing import Final

from flask import Request

from modiste.api.config import MAX_BODY_BYTES, MAX_JSON_BYTES
from modiste.api.contract.bodies import wrong_content_type
from modiste.api.contract.item_requests import MAX_LINES, MAX_PHOTO_BYTES
from modiste.api.contract.problems import InvalidRequestError
from modiste.data.images import photo_format
from modiste.errors import InvalidImageError

#: RFC 7396.
MERGE_PATCH: Final = "application/merge-patch+json"
NDJSON: Final = "application/x-ndjson"
#: The part of a form that is the item, as JSON.
ITEM_PART: Final = "item"
_JSON: Final = "application/json"
_MULTIPART: Final = "multipart/form-data"
_PHOTO: Final = "photo"


def read_item(request: Request, *further_json: str) -> tuple[bytes, bytes | None]:
    """Return the JSON of a body, empty where it is only a photo, and the photo beside it.

    Parameters
    ----------
    request : Request
    *further_json : str
        Media types besides ``application/json``.

    Raises
    ------
    InvalidRequestError
        If the body has another type, its parts do not fit together, or its JSON is too large.
    InvalidImageError
        If the photo is too large or none.
    """
    if request.mimetype in (_JSON, *further_json):
        request.max_content_length = MAX_JSON_BYTES
        return request.get_data(cache=False), None
    if request.mimetype != _MULTIPART:
        expected = " or ".join((_JSON, *further_json))
        raise wrong_content_type(request, f"{expected}, or {_MULTIPART} with a photo")
    request.max_form_memory_size = MAX_JSON_BYTES
    files, form = request.files, request.form
    unknown = [name for name in (*files, *form) if name not in {ITEM_PART, _PHOTO}]
    if unknown or _PHOTO in form or len(files.getlist(_PHOTO)) > 1:
        raise InvalidRequestError(
            f"Send the JSON as the part {ITEM_PART!r} and one photo as the file {_PHOTO!r}. "
            f"Received: {unknown or 'not exactly one file'}",
            field=unknown[0] if unknown else _PHOTO,
            code="parts",
        )
    if ITEM_PART in files:
        body = files[ITEM_PART].read(MAX_JSON_BYTES + 1)
    else:
        body = form.get(ITEM_PART, "").encode()
    if len(body) > MAX_JSON_BYTES:
        raise InvalidRequestError(
            f"The JSON of an item may have at most {MAX_JSON_BYTES:,} bytes. Received: more",
            field=ITEM_PART,
            code="too_large",
            status=413,
        )
    return body, _photo(files[_PHOTO].read()) if _PHOTO in files else None


def read_lines(request: Request) -> list[bytes]:
    """Return the lines of a batch, blank ones too.

    Raises
    ------
    InvalidRequestError
        If the body has another type, or too many lines or none.
    """
    if request.mimetype != NDJSON:
        raise wrong_content_type(request, f"{NDJSON}: one JSON object a line")
    request.max_content_length = MAX_BODY_BYTES
    body = request.get_data(cache=False)
    # Counted before they are split: ten million newlines are as many objects.
    n_lines = body.count(b"\n") + (not body.endswith(b"\n"))
    is_blank = not body or body.isspace()
    if is_blank or n_lines > MAX_LINES:
        raise InvalidRequestError(
            f"A batch has 1 to {MAX_LINES:,} lines, blank ones counted; send several. "
            f"Received: {0 if is_blank else n_lines:,}",
            field="body",
            code="lines",
            status=422 if is_blank else 413,
        )
    return body.split(b"\n")


def _photo(content: bytes) -> bytes:
    if len(content) > MAX_PHOTO_BYTES:
        raise InvalidImageError(
            f"A photo of an item may have at most {MAX_PHOTO_BYTES:,} bytes; send a smaller "
            f"one. Received: {len(content):,} bytes",
            code="too_large",
        )
    photo_format(content)
    return content
