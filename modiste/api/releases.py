"""``/v1/releases``: what is published, and what shall serve."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response

from modiste.api.contract.answers import answer
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.contract.problems import problem
from modiste.api.contract.release_answers import (
    LiveReleaseAnswer,
    RefusalAnswer,
    ReleaseAnswer,
    ReleaseDetailAnswer,
    ReleasesAnswer,
    UnreadableReleaseAnswer,
)
from modiste.api.live.live import LiveRelease
from modiste.api.live.release_watch import ReleaseBusyError, ReleaseWatch
from modiste.api.release_detail import release_detail
from modiste.errors import ReleaseError, StoreError, UnknownReleaseError
from modiste.recommender.release import (
    list_releases,
    live_ids,
    release_folder,
    unreadable_releases,
)

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 5


LIST_RELEASES = Operation(
    "list_releases",
    "Every release of the directory and its figures.",
    scope="admin",
    answers=(Answer(ReleasesAnswer),),
)
GET_RELEASE = Operation(
    "get_release",
    "One release: its files, its guard's table, its network's figures.",
    scope="admin",
    answers=(Answer(ReleaseDetailAnswer),),
    errors=(404, 422, 503),
)
PUBLISH_RELEASE = Operation(
    "publish_release",
    "Let a release serve; it is loaded and checked first.",
    scope="admin",
    answers=(Answer(LiveReleaseAnswer),),
    errors=(404, 409, 422, 503),
)
ROLL_BACK = Operation(
    "roll_back",
    "Let the release serve that did before; it is loaded and checked first.",
    scope="admin",
    answers=(Answer(LiveReleaseAnswer),),
    errors=(404, 409, 422, 503),
)


def releases_blueprint(watch: ReleaseWatch) -> Blueprint:
    """Return the endpoints of releases; register them where there is a releases directory.

    Publishing and rolling back load the release first, in the request: the answer is 200
    only if it serves in this process, and otherwise nothing has changed. Processes beside
    this one follow within a second and the time they take to load it.
    """
    blueprint = Blueprint("releases", __name__, url_prefix="/v1/releases")

    @blueprint.get("")
    @documented(LIST_RELEASES)
    def listed() -> Response:
        live, before, *_ = (*live_ids(watch.releases_dir), None, None)
        unreadable, refused = unreadable_releases(watch.releases_dir), watch.refused
        return answer(
            ReleasesAnswer(
                releases=[ReleaseAnswer.of(one, live) for one in list_releases(watch.releases_dir)],
                unreadable=[
                    UnreadableReleaseAnswer(
                        release_id=release_id,
                        why=watch.why(ReleaseError(why)),
                        live=release_id == live,
                    )
                    for release_id, why in unreadable.items()
                ],
                refused=None if refused is None else RefusalAnswer(**vars(refused)),
                before=before,
            )
        )

    @blueprint.get("/<release_id>")
    @documented(GET_RELEASE)
    def detail(release_id: str) -> Response:
        live = next(iter(live_ids(watch.releases_dir)), None)
        try:
            folder = release_folder(watch.releases_dir, release_id)
            return answer(release_detail(folder, live))
        except UnknownReleaseError as error:
            return problem(404, watch.why(error), kind="unknown-release")
        except ReleaseError as error:
            return problem(422, watch.why(error), kind="release-refused")

    @blueprint.post("/<release_id>/publish")
    @documented(PUBLISH_RELEASE)
    def publish(release_id: str) -> Response:
        return _changed(watch, lambda: watch.publish(release_id))

    @blueprint.post("/rollback")
    @documented(ROLL_BACK)
    def rollback() -> Response:
        if len(live_ids(watch.releases_dir)) < 2:
            return problem(
                409,
                "Rolling back needs a release that was live before; publish one by name.",
                kind="no-earlier-release",
            )
        return _changed(watch, watch.rollback)

    return blueprint


def _changed(watch: ReleaseWatch, change: Callable[[], LiveRelease]) -> Response:
    try:
        return answer(LiveReleaseAnswer.of(change()))
    except UnknownReleaseError as error:
        return problem(404, watch.why(error), kind="unknown-release")
    except ReleaseError as error:
        logger.warning("a release is refused: %s", error)
        return problem(422, watch.why(error), kind="release-refused")
    except ReleaseBusyError as error:
        busy = problem(409, watch.why(error), kind="release-busy")
        busy.headers["Retry-After"] = str(_RETRY_SECONDS)
        return busy
    except StoreError as error:
        logger.warning("a release waits for the store: %s", error)
        away = problem(
            503,
            "What changed since the release was made cannot be read from the store; nothing has "
            "changed. Send it again.",
            kind="store-unavailable",
        )
        away.headers["Retry-After"] = str(_RETRY_SECONDS)
        return away
    except OSError as error:
        logger.exception("CURRENT could not be written")
        unwritten = problem(
            503,
            f"The releases directory could not be written; nothing has changed. "
            f"Received: {error.strerror}",
            kind="release-not-published",
        )
        unwritten.headers["Retry-After"] = str(_RETRY_SECONDS)
        return unwritten
