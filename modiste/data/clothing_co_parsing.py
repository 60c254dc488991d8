"""Clothing Co-Parsing: street photos with a mask a label, read as boxes.

References
----------
Yang, Luo and Lin, "Clothing Co-Parsing by Joint Image Segmentation and Labeling", CVPR
2014. https://github.com/bearpaw/clothing-co-parsing
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER, empty_events, empty_items, write_dataset
from modiste.data.duplicates import PhotoHashes
from modiste.data.named_splits import SHARES, select
from modiste.data.photo_folders import category_vocabulary
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.splits import split_hashed
from modiste.errors import DatasetError, RowProblem
from modiste.progress import Progress

BOXES_FILE = "boxes.csv"
#: Labels that are no garment: the wearer, what is carried or worn beside, shoes and socks.
NO_GARMENT = frozenset(
    {
        *("null", "skin", "hair"),
        *("accessories", "bag", "belt", "bracelet", "earrings", "glasses", "gloves", "hat"),
        *("necklace", "purse", "ring", "scarf", "sunglasses", "tie", "wallet", "watch"),
        *("boots", "clogs", "flats", "heels", "loafers", "pumps", "sandals", "shoes"),
        *("sneakers", "wedges", "socks", "stockings", "tights"),
    }
)
_EDGES_PX = ("x1", "y1", "x2", "y2")
_NUMBERS = ("width", "height", *_EDGES_PX, "area_px")
_NO_GARMENT_LEFT = "photo without a garment"
_BROKEN_BOX = "broken box"
_UNREADABLE = "missing or unreadable photo"


def prepare(
    source: str | Path, path: str | Path, *, progress: Progress | None = None
) -> PrepareReport:
    """Write Clothing Co-Parsing as a dataset: one photo each, with its largest garment.

    The largest garment is the label with the most pixels that is neither skin, hair, an
    accessory, legwear nor footwear; its box and name become those of the photo. Attributes
    are unknown. A fifth of the photos is for testing and a tenth of the rest for
    validation, by content.

    Parameters
    ----------
    source : path
        Directory with ``photos/`` and ``boxes.csv``, which has a row for each photo and
        label: ``file,width,height,label,x1,y1,x2,y2,area_px``, the edges in pixels, the
        last ones exclusive.
    path : path
        The dataset directory to write, other than `source`. Photos are hard-linked, or
        copied where the file system cannot.
    progress : callable, optional
        Told after each photo.

    Returns
    -------
    PrepareReport
        What was written; broken boxes and unreadable photos are named by their line.

    Raises
    ------
    DatasetError
        If ``boxes.csv`` is missing or lacks a column, or no photo is usable.
    """
    root, folder = Path(source), Path(path)
    refuse_in_place(root, folder)
    boxes, problems = _read_boxes(root / BOXES_FILE)
    dropped = {_BROKEN_BOX: len(problems)}
    n_photos = boxes["file"].nunique()
    garments = boxes[~boxes["label"].isin(NO_GARMENT)]
    # The name breaks ties, so that the order of the rows does not.
    largest = (
        garments.sort_values(["file", "area_px", "label"], ascending=[True, False, True])
        .drop_duplicates("file")
        .reset_index(drop=True)
    )
    dropped[_NO_GARMENT_LEFT] = n_photos - len(largest)
    hashes = PhotoHashes.of([root / file for file in largest["file"]], progress=progress)
    photo_problems = _photo_problems(largest, hashes, root)
    dropped[_UNREADABLE] = len(photo_problems)
    keep = [row for row in range(len(largest)) if row not in photo_problems]
    usable = largest.iloc[keep]
    if usable.empty:
        raise DatasetError(
            f"{root / BOXES_FILE} must name a garment of a readable photo. "
            f"Received: {n_photos} photos, none of them usable"
        )
    images = [f"{IMAGES_FOLDER}/{Path(file).name}" for file in usable["file"]]
    for file, image in zip(usable["file"], images, strict=True):
        link_photo(root / file, folder / image)
    photos = pd.DataFrame(
        {
            columns.IMAGE: images,
            columns.CATEGORY: list(usable["label"]),
            columns.BOX: _fractions(usable),
            columns.SPLIT: split_hashed(
                select(hashes, keep),
                shares=SHARES,
                labels=list(usable["label"]),
                progress=progress,
            ),
            columns.PHOTO_KIND: columns.STREET,
        }
    )
    write_dataset(
        folder, category_vocabulary(set(usable["label"])), empty_items(), empty_events(), photos
    )
    return PrepareReport(
        n_items=0,
        n_events=0,
        n_photos=len(photos),
        dropped={reason: count for reason, count in dropped.items() if count},
        problems=(*problems, *photo_problems.values()),
    )


def _read_boxes(table: Path) -> tuple[pd.DataFrame, tuple[RowProblem, ...]]:
    """Return the rows whose box can be used, with their line, and the others' problems."""
    try:
        boxes = pd.read_csv(table, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{table} must be a readable CSV file. Received: {error}") from error
    missing = [name for name in ("file", "label", *_NUMBERS) if name not in boxes]
    if missing:
        raise DatasetError(
            f"{table} needs the columns file, label, {', '.join(_NUMBERS)}. "
            f"Received: {', '.join(boxes.columns)}"
        )
    boxes["line"] = np.arange(2, len(boxes) + 2)
    numbers = boxes[list(_NUMBERS)].apply(pd.to_numeric, errors="coerce")
    good = (
        numbers.notna().all(axis=1)
        & (numbers["x1"] >= 0)
        & (numbers["y1"] >= 0)
        & (numbers["x1"] < numbers["x2"])
        & (numbers["y1"] < numbers["y2"])
        & (numbers["x2"] <= numbers["width"])
        & (numbers["y2"] <= numbers["height"])
    )
    problems = tuple(
        RowProblem(
            table.name,
            int(row["line"]),
            "x1,y1,x2,y2",
            ",".join(row[name] for name in _EDGES_PX),
            f"must be pixels of the photo of {row['width']} x {row['height']}",
        )
        for row in boxes[~good].to_dict("records")
    )
    return boxes.assign(**{name: numbers[name] for name in _NUMBERS})[good], problems


def _photo_problems(rows: pd.DataFrame, hashes: PhotoHashes, root: Path) -> dict[int, RowProblem]:
    """Return what is wrong with the photos of rows, by their place."""
    inside = root.resolve()
    found = {}
    for at, (file, line) in enumerate(zip(rows["file"], rows["line"], strict=True)):
        problem = hashes.problems.get(at)
        if not (inside / file).resolve().is_relative_to(inside):
            problem = "must lie inside the source directory"
        if problem is not None:
            found[at] = RowProblem(BOXES_FILE, int(line), "file", file, problem)
    return found


def _fractions(rows: pd.DataFrame) -> list[list[float]]:
    sides = rows[["width", "height", "width", "height"]].to_numpy(np.float64)
    edges = rows[list(_EDGES_PX)].to_numpy(np.float64) / sides  # (n_photos, 4)
    return [list(map(float, box)) for box in edges]
