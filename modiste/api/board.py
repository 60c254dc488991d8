"""``GET /board``: the page for the shop's team."""

from __future__ import annotations

from flask import Blueprint, Response

from modiste.api.config import ApiConfig
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.page_frame import framed

BOARD = Operation(
    "board",
    "The page for the shop's team; what it shows needs a key for admin, where keys are asked for.",
    scope=None,
    answers=(Answer(media_types=("text/html",)),),
)


def board_blueprint(config: ApiConfig) -> Blueprint:
    """Return the board; it asks the same endpoints as any client."""
    blueprint = Blueprint("board", __name__)

    @blueprint.get("/board")
    @documented(BOARD)
    def board() -> Response:
        return framed("board.html", config, areas=("page", "device", "board"))

    return blueprint
