"""Ids in addresses: any text may be one, slashes at its start and line ends included."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import PathConverter


class IdConverter(PathConverter):
    """Takes what werkzeug's own ``path`` does not: a slash at the start, and line ends."""

    regex = r"(?s:.+?)"
    # Werkzeug tells by a slash in the pattern whether slashes may match.
    part_isolating = False


def register_path_ids(app: Flask) -> None:
    """Let ``<path:...>`` take every id; call it before any route is added."""
    app.url_map.converters["path"] = IdConverter
