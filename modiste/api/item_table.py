"""Item rows as the answers show them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.api.contract.answers import ItemAnswer
from modiste.api.item_images import ItemImages
from modiste.data import columns
from modiste.data.identifiers import IdMap
from modiste.errors import UnknownItemError

#: Only these leave the service, in answers or by filtering: a shop's extra columns may hold
#: what shoppers must not see.
SHOWN_COLUMNS: Final = (
    columns.ITEM_ID,
    columns.ITEM_GROUP_ID,
    columns.TITLE,
    columns.DESCRIPTION,
    columns.BRAND,
    columns.CATEGORY,
    columns.ATTRIBUTES,
    columns.COLOR,
    columns.PRICE,
    columns.AVAILABILITY,
    columns.AVAILABLE_FROM,
)


class ItemTable:
    """The items of one release, by id.

    Parameters
    ----------
    items : DataFrame
        The release's item table.
    images : ItemImages
        Which items have a photo.
    item_ids : IdMap, optional
        Of the items, where there is one already.
    removed : ndarray, optional
        Items that are there no more, shape ``(n_items,)`` bool.

    Attributes
    ----------
    shown_columns : tuple of str
        The `SHOWN_COLUMNS` that this release has.
    """

    def __init__(
        self,
        items: pd.DataFrame,
        images: ItemImages,
        *,
        item_ids: IdMap | None = None,
        removed: NDArray[np.bool_] | None = None,
    ) -> None:
        self.shown_columns = tuple(name for name in SHOWN_COLUMNS if name in items)
        # Cell by cell: pandas takes two milliseconds to pick ten rows and write them out.
        self._cells = {name: items[name].array for name in self.shown_columns}
        self._ids = item_ids or IdMap(items[columns.ITEM_ID].tolist())
        self._removed = removed
        self._images = images

    def __len__(self) -> int:
        n_removed = 0 if self._removed is None else int(self._removed.sum())
        return len(self._ids) - n_removed

    def answers(self, item_ids: Sequence[str]) -> list[ItemAnswer]:
        """Return the row of each item, in the order asked.

        Raises
        ------
        UnknownItemError
            If the release does not hold one of them.
        """
        rows = self._ids.indices(item_ids)
        for item_id, row in zip(item_ids, rows, strict=True):
            if row < 0 or (self._removed is not None and self._removed[row]):
                raise UnknownItemError(
                    f"item_id must name an item of the release. Received: {item_id!r}"
                )
        return [self._answer(int(row)) for row in rows]

    def _answer(self, row: int) -> ItemAnswer:
        cells = {name: values[row] for name, values in self._cells.items()}
        return shown_item(str(cells[columns.ITEM_ID]), cells, self._images)


def shown_item(item_id: str, row: Mapping[str, object], photographed: Container[str]) -> ItemAnswer:
    """Return a row of the items table as answers show it."""
    values = {name: _plain(value) for name, value in row.items()}
    image = f"/v1/items/{quote(item_id, safe='')}/image" if item_id in photographed else None
    return ItemAnswer.model_validate({**values, "item_id": item_id, "image": image})


def _plain(value: object) -> object:
    """Return a cell as JSON can write it; every kind of null becomes None."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, pd.Timestamp):
        moment: datetime = value.to_pydatetime()
        return moment
    if hasattr(value, "tolist"):
        return value.tolist()
    return value
