"""HTTP: the Flask service over one loaded release, its page, and a client of it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modiste.api.app import create_app
    from modiste.api.config import ApiConfig
    from modiste.api.server import serve

__all__ = ["ApiConfig", "create_app", "serve"]

_HOMES = {
    "ApiConfig": "modiste.api.config",
    "create_app": "modiste.api.app",
    "serve": "modiste.api.server",
}


def __getattr__(name: str) -> object:
    # Loaded on first use, so that a client needs no Flask.
    if name not in _HOMES:
        raise AttributeError(f"module 'modiste.api' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
