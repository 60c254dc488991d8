"""``GET /``: the page, where a shopper shows a photo and a shop's team tries a release."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from modiste.api.config import ApiConfig
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.languages import STRINGS
from modiste.api.page_frame import framed

_FIRST: Final = "page.js"

PAGE = Operation(
    "page",
    "The page where a shopper shows a photo and a shop's team tries a release.",
    scope=None,
    answers=(Answer(media_types=("text/html",)),),
)


def page_blueprint(config: ApiConfig, *, has_store: bool) -> Blueprint:
    """Return the page; it asks the same endpoints as any client.

    Parameters
    ----------
    config : ApiConfig
    has_store : bool
        Whether there is one, so that the page can tell what shoppers do.
    """
    blueprint = Blueprint("page", __name__)

    # Told at once, so that the browser asks for them together and not one after another.
    folder = STRINGS.parent / "js"
    paths = [*folder.glob("*.js"), *folder.glob("device/*.js")]
    modules = sorted(path.relative_to(folder).as_posix() for path in paths if path.name != _FIRST)

    @blueprint.get("/")
    @documented(PAGE)
    def page() -> Response:
        return framed("page.html", config, demo=config.demo, has_store=has_store, modules=modules)

    return blueprint
