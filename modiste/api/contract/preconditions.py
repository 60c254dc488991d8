"""``If-Match`` and ``If-None-Match`` of requests that write items.

References
----------
RFC 9110, sections 13.1.1 and 13.1.2.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flask import Request
from werkzeug.exceptions import PreconditionFailed

from modiste.api.contract.problems import InvalidRequestError
from modiste.api.items import item_tag
from modiste.api.live.live_release import LiveRelease
from modiste.data.store.live_item import Write

#: Version and position; what follows tells releases apart, and a write is of no release. The
#: version alone is what the answer to a write tells in its body.
_OF_THE_STORE: Final = re.compile(r"([1-9][0-9]{0,15})(?:-([0-9]{1,16})(?:-.*)?)?")


def conditioned(write: Write, request: Request, release: LiveRelease) -> Write:
    """Return a write with the conditions that a request puts on it.

    Parameters
    ----------
    write : Upsert, Patch or Delete
    request : Request
    release : LiveRelease
        The release in use, whose name is in the tags of items that only it has.

    Raises
    ------
    PreconditionFailed
        If the tag is none of this item's, whatever the store has.
    InvalidRequestError
        If ``If-None-Match`` names tags.
    """
    if request.if_none_match:
        if not request.if_none_match.star_tag:
            raise InvalidRequestError(
                "If-None-Match of a write must be *: only if there is no such item yet. "
                f"Received: {request.if_none_match}",
                field="If-None-Match",
                code="if_none_match",
            )
        write = replace(write, if_exists=False)
    tags = request.if_match
    if not tags:
        return write
    if write.if_exists is False:
        raise PreconditionFailed(
            "An item cannot both be there and not; send If-Match or If-None-Match. Received: both"
        )
    if tags.star_tag:
        return replace(write, if_exists=True)
    # Weak ones are left out: they may stand for other bytes.
    # An empty tag, "", is told as None.
    found = [tag or "" for tag in tags.as_set()]
    if len(found) == 1:
        told = _OF_THE_STORE.fullmatch(found[0])
        if told is not None:
            version, position = int(told[1]), None if told[2] is None else int(told[2])
            return replace(write, if_version=version, if_position=position, if_exists=True)
        if found[0].startswith("0-") and found[0] == item_tag(write.item_id, release):
            return replace(write, if_version=0, if_exists=True)
    raise PreconditionFailed(
        f"If-Match must be one strong entity tag of this item, as GET answers it. Received: {tags}"
    )
