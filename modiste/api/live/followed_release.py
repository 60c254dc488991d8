"""A loaded release and how far the store's changes are brought into it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from modiste.api.item_table import ItemTable
from modiste.api.live.live import LiveRelease
from modiste.api.live.live_images import LiveImages
from modiste.data import columns
from modiste.data.store.dataset_export import STORE_ID, STORE_VERSION
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import LiveItem
from modiste.recommender.item_changes import ItemChange, Looks, with_changes
from modiste.recommender.recommender import Recommender

logger = logging.getLogger(__name__)

#: Of a release without a manifest, as in tests.
NO_READER: Final = "no release"
_ASIDE: Final = "a change of item %r cannot be brought in; it is as it was"


@dataclass(frozen=True)
class FollowedRelease:
    """One release with the store's changes up to a position; `after` gives the next.

    Parameters
    ----------
    loaded : LiveRelease
        As it was loaded.
    shown : LiveRelease
        As it answers.
    recommender : Recommender
        That of `shown`.
    images : LiveImages
        Those of `shown`.
    position : int
        Of the last change that is in it.
    contained : mapping of str to int
        Version of each item when it was exported from this very store; the release has these.
    looks : mapping
        Which looks each changed item has in use: of which network, version and state.
    """

    loaded: LiveRelease
    shown: LiveRelease
    recommender: Recommender
    images: LiveImages
    position: int
    contained: Mapping[str, int]
    looks: Mapping[str, tuple[str | None, int, str]]

    @classmethod
    def begun(cls, loaded: LiveRelease, log: ItemLog) -> Self:
        """Return a release before any change.

        Parameters
        ----------
        loaded : LiveRelease
            Its recommender is modiste's own.
        log : ItemLog
        """
        recommender = loaded.recommender
        if not isinstance(recommender, Recommender):
            raise TypeError(
                f"A recommender of modiste's own. Received: {type(recommender).__name__}"
            )
        images = LiveImages(loaded.images, log, {}, frozenset())
        shown = replace(loaded, versions={}, images=images)
        contained = _contained(recommender, log.store_id)
        return cls(loaded, shown, recommender, images, 0, contained, {})

    def after(self, items: Sequence[LiveItem]) -> FollowedRelease:
        """Return it with some changes, in the order of their positions.

        A change that cannot be brought in is set aside with a line in the log: the others do
        not wait for it.
        """
        latest = {item.item_id: item for item in items}
        looks = dict(self.looks)
        # First, and apart: nothing may keep what was taken out in the shop. Even of a version
        # that the release has: then the store is an older copy, and was told of it.
        gone = [ItemChange(item.item_id, None) for item in latest.values() if item.row is None]
        changes: list[ItemChange] = []
        for item in latest.values():
            if item.row is None:
                looks.pop(item.item_id, None)
            elif item.version > self.contained.get(item.item_id, -1):
                try:
                    changes.append(self._change(item, looks))
                except Exception:
                    logger.exception(_ASIDE, item.item_id)
        recommender = with_changes(self.recommender, gone) if gone else self.recommender
        recommender, aside = _brought_in(recommender, changes)
        for item_id in aside:
            looks.pop(item_id, None)
        catalogue = recommender.catalogue
        images = self.images.after(latest.values())
        versions = {item.item_id: (item.version, item.position) for item in latest.values()}
        shown = replace(
            self.shown,
            recommender=recommender,
            images=images,
            items=ItemTable(
                catalogue.items, images, item_ids=catalogue.item_ids, removed=catalogue.removed
            ),
            versions={**(self.shown.versions or {}), **versions},
        )
        return replace(
            self,
            shown=shown,
            recommender=recommender,
            images=images,
            position=items[-1].position,
            looks=looks,
        )

    def _change(self, item: LiveItem, looks: dict[str, tuple[str | None, int, str]]) -> ItemChange:
        if item.row is None:
            return ItemChange(item.item_id, None)
        vocabulary = self.recommender.catalogue.vocabulary
        row = item.row.values() | {columns.ITEM_ID: item.item_id}
        # A vocabulary may have been changed since.
        category = item.row.category or item.said_category
        row[columns.CATEGORY] = category if category in vocabulary.category_index else None
        names = item.said_attributes if item.row.attributes is None else item.row.attributes
        if names is not None:
            row[columns.ATTRIBUTES] = [n for n in names if n in vocabulary.attribute_index]
        return ItemChange(item.item_id, row, self._looks_of(item, looks))

    def _looks_of(
        self, item: LiveItem, looks: dict[str, tuple[str | None, int, str]]
    ) -> Looks | None:
        """Return an item's looks if they are others than those in use."""
        if item.looks_version <= max(self.contained.get(item.item_id, -1), 0):
            return None  # as the release has it
        released = self.loaded.recommender
        catalogue = released.catalogue
        is_released = item.item_id in catalogue.item_ids and not item.reborn
        manifest = released.manifest
        is_read = item.described_by == (NO_READER if manifest is None else manifest.reader_id)
        if is_released and (item.photo_sha256 is None or not is_read):
            return None
        key = (item.described_by, item.looks_version, item.state)
        if looks.get(item.item_id) == key:
            return None
        looks[item.item_id] = key
        if not is_read:
            return Looks()
        size, embedding = catalogue.embeddings.shape[1], item.embedding
        if embedding is not None and size not in (0, len(embedding)):
            embedding = None
        known = catalogue.vocabulary.attribute_index
        seen = {name: float(score) for name, score in item.seen.items() if name in known}
        return Looks(seen, None if embedding is None else np.asarray(embedding))


def _brought_in(
    recommender: Recommender, changes: Sequence[ItemChange]
) -> tuple[Recommender, list[str]]:
    """Return a recommender with all changes that can be made, and the items of the others."""
    if not changes:
        return recommender, []
    try:
        return with_changes(recommender, changes), []
    except Exception as error:  # whatever is wrong with it, the shop goes on
        if len(changes) == 1:
            logger.error(_ASIDE, changes[0].item_id, exc_info=error)
            return recommender, [changes[0].item_id]
    # Halved until the one at fault is found, since each try is work over the whole shop.
    half = len(changes) // 2
    recommender, first = _brought_in(recommender, changes[:half])
    recommender, second = _brought_in(recommender, changes[half:])
    return recommender, first + second


def _contained(recommender: Recommender, store_id: str) -> dict[str, int]:
    """Return the versions of a release's items that are of one store."""
    items = recommender.catalogue.items
    if STORE_VERSION not in items or STORE_ID not in items:
        return {}
    own = items[items[STORE_ID] == store_id]
    versions = own[[columns.ITEM_ID, STORE_VERSION]].dropna()
    pairs = zip(versions[columns.ITEM_ID], versions[STORE_VERSION], strict=True)
    return {item_id: int(version) for item_id, version in pairs}
