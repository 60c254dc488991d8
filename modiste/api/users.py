"""``GET /v1/users``: shoppers to choose among, in a demo only."""

from __future__ import annotations

import numpy as np
from flask import Blueprint, Response, request

from modiste.api.contract.answers import ShopperAnswer, UsersAnswer, answer
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.contract.schemas import UsersArguments
from modiste.api.live.live import Live, LiveRelease

USERS = Operation(
    "list_users",
    "Shoppers to choose among; a demo only.",
    scope="admin",
    answers=(Answer(UsersAnswer),),
    errors=(503,),
    arguments=UsersArguments,
)

_N_LAST_BOUGHT = 8


def users_blueprint(live: Live) -> Blueprint:
    """Return the list of shoppers; register it only in a demo."""
    blueprint = Blueprint("users", __name__)

    @blueprint.get("/v1/users")
    @documented(USERS)
    def users() -> Response:
        asked = UsersArguments.model_validate(request.args.to_dict())
        return answer(UsersAnswer(users=shoppers(live.release(), asked.limit)))

    return blueprint


def shoppers(release: LiveRelease, limit: int) -> list[ShopperAnswer]:
    """Return the shoppers who bought most, with what they bought last."""
    history = release.recommender.history
    catalogue = release.recommender.catalogue
    sums = np.concatenate([[0], np.cumsum(history.n_purchases)])
    counts = np.diff(sums[history.indptr])  # (n_users,)
    found = []
    for user in np.argsort(-counts, kind="stable")[:limit]:
        entries = slice(history.indptr[user], history.indptr[user + 1])
        bought = history.item_index[entries][history.n_purchases[entries] > 0]
        last = bought[::-1][:_N_LAST_BOUGHT]
        found.append(
            ShopperAnswer(
                user_id=history.user_ids.ids[user],
                n_purchases=int(counts[user]),
                last_bought=[catalogue.titles[item] for item in last],
                bought=[catalogue.item_ids.ids[item] for item in last],
            )
        )
    return found
