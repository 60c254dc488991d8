"""The Flask application: the blueprints, the limits and the headers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response

from modiste.api.app_shell import register_shell
from modiste.api.board import board_blueprint
from modiste.api.compression import register_compression
from modiste.api.config import MAX_BODY_BYTES, MAX_JSON_BYTES, ApiConfig
from modiste.api.contract.bodies import SearchRequest
from modiste.api.contract.openapi import openapi_blueprint
from modiste.api.contract.path_ids import register_path_ids
from modiste.api.contract.problems import register_problems
from modiste.api.detection import detection_blueprint
from modiste.api.doors.entrance import register_doors
from modiste.api.facet_counts import facets_blueprint
from modiste.api.health import health_blueprint
from modiste.api.items import items_blueprint
from modiste.api.live.live import Live, ServedRecommender
from modiste.api.live.release_watch import ReleaseWatch
from modiste.api.measuring import measure_requests
from modiste.api.metrics import Metrics
from modiste.api.occlusion import occlusion_blueprint
from modiste.api.on_device import on_device_blueprint, register_worker_headers
from modiste.api.page import page_blueprint
from modiste.api.recommendations import recommendations_blueprint
from modiste.api.releases import releases_blueprint
from modiste.api.users import users_blueprint
from modiste.errors import ReleaseError, StoreError

if TYPE_CHECKING:
    from modiste.data.store.database import Database

logger = logging.getLogger(__name__)

#: Nothing from another host, nothing inline; blob: shows the photo just chosen.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(
    source: ServedRecommender | str | Path,
    config: ApiConfig | None = None,
    database: Database | None = None,
) -> Flask:
    """Return the service as a WSGI application.

    Use it under a WSGI server of your own, or in tests; `serve` runs it with waitress.

    Parameters
    ----------
    source : Recommender or path
        A loaded recommender, or the releases directory whose current release is loaded
        now if there is one, and at the first request that finds one otherwise.
    config : ApiConfig, optional
        Settings; the defaults serve no photos of items and no list of shoppers.
    database : Database, optional
        Where events, searches and items are kept: events are read at each search, items shown
        without a new release. Without one there is no ``/v1/events``, ``/v1/feedback`` and
        ``/v1/users/{user_id}``, and items cannot be written. Items are read again after each
        one written here; open ``extensions["modiste_catalogue"].following()`` to show those
        written elsewhere too.

    Returns
    -------
    Flask
        Its ``extensions["modiste"]`` is the `Live` release, and over a releases directory
        ``extensions["modiste.watch"]`` the `ReleaseWatch`, which `serve` starts; under a
        server of your own, start it in each process.
    """
    config = config or ApiConfig()
    app = Flask("modiste.api", static_folder=None)
    app.request_class = SearchRequest
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_JSON_BYTES
    app.url_map.merge_slashes = False
    register_path_ids(app)
    register_shell(app)
    metrics = Metrics()
    measure_requests(app, metrics)
    live = Live(_loader(source, config), config, metrics)
    app.extensions["modiste"] = live
    # First, so that they see every request before the others, and every answer after them.
    register_doors(app, config.doors, live, database)
    if isinstance(source, str | Path):
        _register_releases(app, Path(source), live, config)
    since_release = recorder = keys = None
    if database is not None:
        # A service without a store loads no SQLAlchemy.
        from modiste.api.live_items import register_live_items
        from modiste.api.store_endpoints import cursor_keys, register_store_endpoints

        since_release, recorder = register_store_endpoints(app, database, metrics)
        keys = cursor_keys(database)
        register_live_items(app, live, database)
    try:
        live.load()
    except (ReleaseError, StoreError) as error:
        logger.warning("no release to serve yet: %s", error)
    app.register_blueprint(recommendations_blueprint(live, since_release, recorder, keys))
    app.register_blueprint(detection_blueprint(live))
    app.register_blueprint(on_device_blueprint(live))
    app.register_blueprint(occlusion_blueprint(live))
    app.register_blueprint(facets_blueprint(live, config))
    app.register_blueprint(items_blueprint(live, since_release))
    app.register_blueprint(openapi_blueprint())
    app.register_blueprint(health_blueprint(live))
    app.register_blueprint(page_blueprint(config, has_store=database is not None))
    app.register_blueprint(board_blueprint(config))
    if config.demo:
        app.register_blueprint(users_blueprint(live))
    register_problems(app)
    register_compression(app)
    app.after_request(_add_headers)
    register_worker_headers(app)
    return app


def _loader(
    source: ServedRecommender | str | Path, config: ApiConfig
) -> Callable[[], ServedRecommender]:
    if isinstance(source, str | Path):
        # Loaded here, so that an application over a recommender of your own needs no FAISS.
        from modiste.recommender.recommender import Recommender

        releases_dir = Path(source)
        return lambda: Recommender.load(
            releases_dir, precision=config.precision, rules=config.rules
        )
    return lambda: source


def _register_releases(app: Flask, releases_dir: Path, live: Live, config: ApiConfig) -> None:
    from modiste.recommender.recommender import Recommender

    def load(folder: Path) -> ServedRecommender:
        return Recommender.load(folder, precision=config.precision, rules=config.rules)

    watch = ReleaseWatch(releases_dir, live, load)
    app.extensions["modiste.watch"] = watch
    app.register_blueprint(releases_blueprint(watch))


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
