"""Where the photo of an item lies, and nothing outside that folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER, PHOTOS_FILE
from modiste.errors import DatasetError

#: Media type by suffix; a file with another suffix is not served.
MEDIA_TYPES: Final = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


class ItemImages:
    """One photo an item, under the dataset directory.

    Parameters
    ----------
    images_dir : path or None
        The dataset directory; without it no item has a photo.
    paths : mapping of str to str
        Path of each item's photo, relative to that directory.
    """

    def __init__(self, images_dir: Path | None, paths: Mapping[str, str]) -> None:
        self._paths = paths
        self._root = images_dir.resolve() if images_dir is not None else None
        # The images folder itself may be a link to a larger disk.
        self._allowed = (
            (self._root, (self._root / IMAGES_FOLDER).resolve()) if self._root is not None else ()
        )

    @classmethod
    def of(cls, items: pd.DataFrame, images_dir: Path | None) -> ItemImages:
        """Find the photos of a release's items in a dataset directory.

        The items' column ``image`` names them if there is one, and otherwise the
        dataset's photos table, where a shop's photo goes before a shopper's.
        """
        if images_dir is None:
            return cls(None, {})
        if not images_dir.is_dir():
            raise DatasetError(
                f"The images directory must be a dataset directory. Received: {images_dir}"
            )
        if columns.IMAGE in items:
            pairs = zip(items[columns.ITEM_ID], items[columns.IMAGE], strict=True)
            return cls(images_dir, {i: p for i, p in pairs if isinstance(p, str) and p})
        return cls(images_dir, _from_photos(images_dir / PHOTOS_FILE))

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._paths

    def sent(self, item_id: str) -> tuple[bytes, str] | None:  # noqa: ARG002
        """Return a photo that the shop sent since the release, and its SHA-256: here none."""
        return None

    def path(self, item_id: str) -> Path | None:
        """Return the file of an item's photo, or None if there is none that may be shown."""
        relative = self._paths.get(item_id)
        if relative is None or self._root is None:
            return None
        try:
            path = (self._root / relative).resolve()
            inside = any(path.is_relative_to(folder) for folder in self._allowed)
            shown = inside and path.suffix.lower() in MEDIA_TYPES and path.is_file()
        except (OSError, ValueError):
            return None
        return path if shown else None


def _from_photos(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    photos = _read_photos(path).dropna(subset=[columns.IMAGE, columns.ITEM_ID])
    street = (photos[columns.PHOTO_KIND] == columns.STREET).to_numpy(dtype=bool)
    # The first photo of an item wins, so those of the shop are put first.
    ordered = pd.concat([photos[~street], photos[street]]).drop_duplicates(columns.ITEM_ID)
    return dict(zip(ordered[columns.ITEM_ID], ordered[columns.IMAGE], strict=True))


def _read_photos(path: Path) -> pd.DataFrame:
    wanted = (columns.IMAGE, columns.ITEM_ID, columns.PHOTO_KIND)
    try:
        held = pq.read_schema(path).names
        table = pq.read_table(path, columns=[name for name in wanted if name in held])
        # As text, whatever type a shop's own tool wrote.
        photos = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(
            f"{path} must be a Parquet file whose columns {', '.join(wanted)} are text; run "
            f"`modiste prepare` again. Received: {error}"
        ) from error
    if columns.IMAGE not in held:
        raise DatasetError(
            f"{path} needs the column {columns.IMAGE!r}. Received: {', '.join(held)}"
        )
    # A column that may be null may also be left out.
    frame: pd.DataFrame = photos.to_pandas().reindex(columns=list(wanted))
    return frame
