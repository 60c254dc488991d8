"""``GET /``: the page where a shop's team tries a release."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from modiste.api.config import ApiConfig


def page_blueprint(config: ApiConfig) -> Blueprint:
    """Return the page; it asks the same endpoints as any client."""
    blueprint = Blueprint("page", __name__)

    @blueprint.get("/")
    def page() -> Response:
        response = make_response(
            render_template("page.html", demo=config.demo, currency=config.currency)
        )
        response.headers["Cache-Control"] = "no-cache"
        return response

    return blueprint
