"""The doors put into an application."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask

from modiste.api.doors.browsers import register_browsers
from modiste.api.doors.gate import Gate
from modiste.api.doors.request_log import register_request_log
from modiste.api.doors.settings import DoorSettings
from modiste.api.doors.visit import begin_visit
from modiste.api.live.live import Live

if TYPE_CHECKING:
    from modiste.data.store.database import Database


def register_doors(
    app: Flask,
    settings: DoorSettings,
    live: Live,
    database: Database | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Put the doors before every route of an app.

    Parameters
    ----------
    app : Flask
        Its ``MAX_CONTENT_LENGTH`` is the largest body let in.
    settings : DoorSettings
    live : Live
        Named in the log.
    database : Database, optional
        Where the keys lie.
    clock : callable
        Of the rates: seconds that never go back.

    Raises
    ------
    ValueError
        If keys are required and there is no database.
    """
    keys = None
    if settings.require_keys:
        if database is None:
            raise ValueError(
                "Keys lie in a store: serve with --store or --database to require them. "
                "Received: no store"
            )
        # A service without a store loads no SQLAlchemy.
        from modiste.api.doors.known_keys import KnownKeys
        from modiste.data.store.api_keys import ApiKeys

        keys = KnownKeys(ApiKeys(database))
    gate = Gate(settings, app.config["MAX_CONTENT_LENGTH"], keys, clock=clock)
    app.extensions["modiste.gate"] = gate

    def begin() -> None:
        begin_visit()

    def leave(_error: BaseException | None) -> None:
        gate.leave()

    app.before_request(begin)
    # Answers pass these in the opposite order, so that the log has the last word.
    register_request_log(app, lambda: live.release_id)
    register_browsers(app, settings.allowed_origins)
    app.before_request(gate.check)
    app.teardown_request(leave)
