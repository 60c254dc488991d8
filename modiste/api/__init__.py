"""HTTP: the Flask service over one loaded release, and its page."""

from __future__ import annotations

from modiste.api.app import create_app
from modiste.api.config import ApiConfig
from modiste.api.server import serve

__all__ = ["ApiConfig", "create_app", "serve"]
