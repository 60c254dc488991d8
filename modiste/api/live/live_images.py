"""The photos of a release's items, and in their place those that the shop sent since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from modiste.api.item_images import ItemImages
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import LiveItem


class LiveImages(ItemImages):
    """The photos of a release's items, and in their place those that the shop sent since.

    Parameters
    ----------
    released : ItemImages
    log : ItemLog
    sent : mapping of str to str
        SHA-256 of the photos that were sent, by item.
    gone : frozenset of str
        Items of whose ids the release shows another thing.
    """

    def __init__(
        self,
        released: ItemImages,
        log: ItemLog,
        sent: Mapping[str, str],
        gone: frozenset[str],
    ) -> None:
        super().__init__(None, {})
        self._released, self._log = released, log
        self._sent, self._gone = sent, gone

    def after(self, items: Collection[LiveItem]) -> LiveImages:
        """Return the photos after some items changed."""
        changed = {item.item_id: item.photo_sha256 for item in items}
        sent = {**self._sent, **changed}
        return LiveImages(
            self._released,
            self._log,
            {item_id: sha256 for item_id, sha256 in sent.items() if sha256 is not None},
            self._gone | {item.item_id for item in items if item.reborn},
        )

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._sent or (item_id not in self._gone and item_id in self._released)

    def sent(self, item_id: str) -> tuple[bytes, str] | None:
        """Return a photo that the shop sent since the release, and its SHA-256."""
        sha256 = self._sent.get(item_id)
        content = None if sha256 is None else self._log.photo(item_id)
        return None if sha256 is None or content is None else (content, sha256)

    def path(self, item_id: str) -> Path | None:
        """Return the file of an item's photo in the release, unless it is of another thing."""
        if item_id in self._gone or item_id in self._sent:
            return None
        return self._released.path(item_id)
