"""What the service offers where there is a store."""

from __future__ import annotations

import logging

from flask import Flask, Response
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from modiste.api.board_counts import board_counts_blueprint
from modiste.api.bounded_reads import BoundedReads
from modiste.api.contract.problems import problem
from modiste.api.cursor_keys import CursorKeys
from modiste.api.events import events_blueprint
from modiste.api.feedback import feedback_blueprint
from modiste.api.metrics import Metrics
from modiste.api.search_record import SearchRecorder
from modiste.api.shopper_data import shopper_data_blueprint
from modiste.api.since_release import SinceRelease
from modiste.data.store.background import BackgroundWriter
from modiste.data.store.database import READERS, Database
from modiste.data.store.event_log import EventLog
from modiste.data.store.kept_answers import KeptAnswers
from modiste.data.store.salts import shared_salt
from modiste.data.store.search_log import SearchLog
from modiste.data.store.shopper_data import ShopperData
from modiste.data.store.shopper_history import ShopperHistory

_SALT_OF_CURSORS = "cursors"

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 2


def register_store_endpoints(
    app: Flask, database: Database, metrics: Metrics
) -> tuple[SinceRelease, SearchRecorder]:
    """Offer events, feedback, shoppers' data and the board's counts; return what searches need.

    ``app.extensions["modiste.search_log"]`` is the `BackgroundWriter` of searches, whose
    ``n_dropped`` counts what was lost.
    """
    events, searches = EventLog(database), SearchLog(database)
    data = ShopperData(database)
    writer = BackgroundWriter(searches.write)
    database.before_closing(writer.close)
    app.extensions["modiste.search_log"] = writer
    app.register_blueprint(events_blueprint(events, KeptAnswers(database), metrics))
    app.register_blueprint(feedback_blueprint(searches, writer))
    app.register_blueprint(shopper_data_blueprint(data, writer))
    app.register_blueprint(board_counts_blueprint(database))
    # PostgreSQL calls it internal that it ended a transaction nobody went on with.
    for error in (InterfaceError, InternalError, OperationalError, PoolTimeoutError):
        app.register_error_handler(error, _unavailable)
    reads = BoundedReads(READERS)
    database.before_closing(reads.close)
    return SinceRelease(ShopperHistory(database), reads), SearchRecorder(writer)


def cursor_keys(database: Database) -> CursorKeys:
    """Return what all processes of a store sign cursors with."""
    return CursorKeys(lambda: shared_salt(database, _SALT_OF_CURSORS), SQLAlchemyError)


def _unavailable(error: Exception) -> Response:
    logger.warning("the store cannot be used: %s", error)
    response = problem(503, "The store cannot be used at present; send it again.")
    response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response
