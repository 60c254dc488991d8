"""``GET /``: the page, where a shopper shows a photo and a shop's team tries a release."""

from __future__ import annotations

from flask import Blueprint, Response

from modiste.api.config import ApiConfig
from modiste.api.operations import Answer, Operation, documented
from modiste.api.page_frame import framed

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

    @blueprint.get("/")
    @documented(PAGE)
    def page() -> Response:
        return framed("page.html", config, demo=config.demo, has_store=has_store)

    return blueprint
