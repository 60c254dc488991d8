"""The next page of a search: what its pages showed so far, carried by the client.

A page is the best of what the earlier ones did not show, so products do not come twice though
the release, the stock or the shopper's history change in between; nothing is kept here. It is
signed: who searched is known by ``search_id``, which no client may choose.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from modiste.api.contract.problems import InvalidRequestError
from modiste.api.contract.schemas import MAX_CURSOR, MAX_ID, RecommendationRequest
from modiste.api.cursor_keys import SIGNATURE_BYTES, CursorKeys
from modiste.recommender.catalogue import Catalogue

#: Products that the pages of one search show, all together.
MAX_PAGED: Final = 200
_VERSION: Final = 1
_MAX_JSON_BYTES: Final = MAX_CURSOR
_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Cursor:
    """A place in a search.

    Parameters
    ----------
    search_id : str
        The same on every page.
    asked : str
        `fingerprint` of what was searched for.
    page : int
        0 for the first.
    shown : tuple of str
        Items of the earlier pages.
    """

    search_id: str
    asked: str
    page: int = 0
    shown: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: RecommendationRequest, photo: bytes | None, keys: CursorKeys) -> Cursor:
        """Return the place a request asks for: the start, or where its cursor says.

        Raises
        ------
        InvalidRequestError
            If the cursor is not one of this service's, or of a search for something else.
        """
        searched = fingerprint(asked, photo)
        if asked.cursor is None:
            return cls(uuid.uuid4().hex, searched)
        cursor = cls._read(asked.cursor, keys)
        if cursor.asked != searched:
            raise _refused(
                "A cursor goes on with its own search: send it beside the same photo, embedding, "
                "box, phrase, item, shopper and filters. Received: another search"
            )
        return cursor

    def k(self, wanted: int) -> int:
        """Return how many products this page may show, at most `wanted`."""
        return min(wanted, MAX_PAGED - len(self.shown))

    def next(self, items: Sequence[str], wanted: int, keys: CursorKeys) -> str | None:
        """Return the cursor after a page of these items, or None if it was the last."""
        shown = (*self.shown, *items)
        if len(items) < wanted or len(shown) >= MAX_PAGED:
            return None
        told = [_VERSION, self.search_id, self.asked, self.page + 1, list(shown)]
        packed = zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 6)
        return base64.urlsafe_b64encode(keys.sign(packed) + packed).decode().rstrip("=")

    def hidden(self, catalogue: Catalogue) -> list[str]:
        """Return the items not to show again: those shown, and their sizes and colours."""
        found = catalogue.item_ids.indices(self.shown)
        groups = catalogue.groups[found[found >= 0]]
        if not groups.size:
            return []
        return catalogue.item_ids.externals(np.flatnonzero(np.isin(catalogue.groups, groups)))

    @classmethod
    def _read(cls, text: str, keys: CursorKeys) -> Cursor:
        try:
            said = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            packed = said[SIGNATURE_BYTES:]
            if not keys.signed(packed, said[:SIGNATURE_BYTES]):
                raise _refused(_RULE)
            # Another version may have signed it: no more than a cursor may hold, whatever it says.
            told = json.loads(zlib.decompressobj().decompress(packed, _MAX_JSON_BYTES))
        except (binascii.Error, zlib.error, ValueError, RecursionError):
            raise _refused(_RULE) from None
        if not _is_cursor(told):
            raise _refused(_RULE)
        _, search_id, asked, page, shown = told
        return cls(search_id, asked, page, tuple(shown))


_RULE: Final = "cursor must be a next_cursor of an answer, unchanged. Received: something else"


def fingerprint(asked: RecommendationRequest, photo: bytes | None) -> str:
    """Return what tells one search from another; how much of it to show is not part of it."""
    searched = asked.model_dump_json(include=_SEARCHED)
    digest = hashlib.blake2b(searched.encode(), digest_size=16)
    digest.update(b"" if photo is None else hashlib.blake2b(photo).digest())
    return digest.hexdigest()


_SEARCHED: Final = {
    *("text", "item_id", "user_id", "box", "filters", "embedding", "seen", "ignored"),
}


def _is_cursor(told: object) -> bool:
    if not isinstance(told, list) or len(told) != 5 or told[0] != _VERSION:
        return False
    _, search_id, asked, page, shown = told
    return (
        isinstance(search_id, str)
        and _ID.fullmatch(search_id) is not None
        and isinstance(asked, str)
        and type(page) is int
        and 1 <= page <= MAX_PAGED
        and isinstance(shown, list)
        and 0 < len(shown) < MAX_PAGED
        and all(isinstance(one, str) and 0 < len(one) <= MAX_ID for one in shown)
    )


def _refused(message: str) -> InvalidRequestError:
    return InvalidRequestError(message, field="cursor", code="cursor")
