"""Photos and JSON as bodies."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from pydantic_core import to_json

#: A JPEG, PNG or WebP file: its bytes, or where it lies.
Photo = bytes | str | PathLike[str]

JSON_HEADERS = {"Content-Type": "application/json"}


def photo_bytes(photo: Photo) -> bytes:
    """Return the bytes of a photo."""
    return photo if isinstance(photo, bytes) else Path(photo).read_bytes()


def form(photo: Photo, part: str, values: object) -> dict[str, Any]:
    """Return a multipart form: a photo and beside it everything else as JSON."""
    return {
        "photo": ("photo", photo_bytes(photo), "application/octet-stream"),
        part: (None, to_json(values), "application/json"),
    }
