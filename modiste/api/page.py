"""``GET /``: the page where a shop's team tries a release."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from modiste.api.config import ApiConfig
from modiste.api.operations import Answer, Operation, documented

PAGE = Operation(
    "page",
    "The page where a shop's team tries a release.",
    scope=None,
    answers=(Answer(media_types=("text/html",)),),
)


def page_blueprint(config: ApiConfig) -> Blueprint:
    """Return the page; it asks the same endpoints as any client."""
    blueprint = Blueprint("page", __name__)

    @blueprint.get("/")
    @documented(PAGE)
    def page() -> Response:
        response = make_response(
            render_template("page.html", demo=config.demo, currency=config.currency)
        )
        response.headers["Cache-Control"] = "no-cache"
        return response

    return blueprint
