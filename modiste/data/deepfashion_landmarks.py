"""DeepFashion's landmarks: the collar, sleeves, waistline and hem of a garment.

References
----------
Liu et al., "Fashion Landmark Detection in the Wild", ECCV 2016.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from modiste.data.deepfashion_lists import SizeOf, photo_rows, refuse

LANDMARKS_LIST = "list_landmarks.txt"
#: The table beside a dataset's others; one row a photo and joint.
LANDMARKS_FILE = "landmarks.parquet"
LANDMARKS_SCHEMA = pa.schema(
    [
        pa.field("image", pa.string(), nullable=False),
        pa.field("joint", pa.string(), nullable=False),
        pa.field("visibility", pa.string()),
        pa.field("x", pa.float32()),
        pa.field("y", pa.float32()),
    ]
)

#: The joints of each type of clothes, in the order of the lists.
JOINTS: Mapping[str, tuple[str, ...]] = {
    "upper": (
        *("left collar", "right collar", "left sleeve", "right sleeve"),
        *("left hem", "right hem"),
    ),
    "lower": ("left waistline", "right waistline", "left hem", "right hem"),
    "full": (
        *("left collar", "right collar", "left sleeve", "right sleeve"),
        *("left waistline", "right waistline", "left hem", "right hem"),
    ),
}
#: What the codes 0, 1 and 2 mean.
VISIBLE, OCCLUDED, CUT_OFF = "visible", "occluded", "cut off"
VISIBILITIES = (VISIBLE, OCCLUDED, CUT_OFF)

_TYPES = {str(code): kind for code, kind in enumerate(JOINTS, start=1)}


@dataclass(frozen=True, slots=True)
class Landmark:
    """One joint of a garment in a photo.

    Parameters
    ----------
    joint : str
        Such as ``left collar``; see `JOINTS`.
    visibility : str or None
        ``visible``, ``occluded`` or ``cut off``; None where the source does not say.
    x, y : float or None
        Fractions of the photo's width and height; None where it is not in the photo.
    """

    joint: str
    visibility: str | None
    x: float | None
    y: float | None


def read_landmarks(
    path: Path, known: Iterable[str], size_of: SizeOf
) -> dict[str, tuple[Landmark, ...]]:
    """Read ``list_landmarks.txt``: photo, clothes type, then visibility, x and y by joint.

    Parameters
    ----------
    path : Path
        The list.
    known : iterable of str
        The photos that it may name.
    size_of : callable
        Gives a photo's width and height in pixels.

    Returns
    -------
    dict of str to tuple of Landmark
        Six joints of upper, four of lower and eight of full-body clothes.

    Raises
    ------
    DatasetError
        If a line is malformed; the message names it.
    """
    found = {}
    for line, image, fields in photo_rows(path, known):
        kind, *values = fields or [""]
        if kind not in _TYPES:
            refuse(path, line, "must be a photo and a clothes type of 1 to 3", kind)
        joints = JOINTS[_TYPES[kind]]
        if len(values) != 3 * len(joints) or not all(map(_is_whole, values)):
            rule = f"must have visibility, x and y, in pixels, of {len(joints)} joints"
            refuse(path, line, rule, " ".join(values))
        codes = values[::3]
        if not {"0", "1", "2"}.issuperset(codes):
            refuse(path, line, "every visibility must be 0, 1 or 2", " ".join(codes))
        size = size_of(image, path, line)
        found[image] = tuple(
            landmark(joint, VISIBILITIES[int(code)], (int(x), int(y)), size)
            for joint, code, x, y in zip(joints, codes, values[1::3], values[2::3], strict=True)
        )
    return found


def landmark(
    joint: str, visibility: str | None, at_px: tuple[int, int], size: tuple[int, int]
) -> Landmark:
    """Return the landmark at a pixel of a photo of this width and height."""
    if visibility == CUT_OFF:
        return Landmark(joint, visibility, None, None)
    x, y = (float(np.clip(at / side, 0, 1)) for at, side in zip(at_px, size, strict=True))
    return Landmark(joint, visibility, x, y)


def write_landmarks(landmarks: Mapping[str, Sequence[Landmark]], path: Path) -> None:
    """Write landmarks by image as a Parquet table of `LANDMARKS_SCHEMA`."""
    rows = [(image, mark) for image, marks in landmarks.items() for mark in marks]
    table = pa.table(
        {
            "image": [image for image, _ in rows],
            "joint": [mark.joint for _, mark in rows],
            "visibility": [mark.visibility for _, mark in rows],
            "x": [mark.x for _, mark in rows],
            "y": [mark.y for _, mark in rows],
        },
        schema=LANDMARKS_SCHEMA,
    )
    pq.write_table(table, path, compression="zstd")


def read_landmark_table(path: Path) -> dict[str, tuple[Landmark, ...]]:
    """Return what `write_landmarks` wrote, by image."""
    found: dict[str, list[Landmark]] = {}
    for row in pq.read_table(path, schema=LANDMARKS_SCHEMA).to_pylist():
        mark = Landmark(row["joint"], row["visibility"], row["x"], row["y"])
        found.setdefault(row["image"], []).append(mark)
    return {image: tuple(marks) for image, marks in found.items()}


def _is_whole(value: str) -> bool:
    return value.removeprefix("-").isascii() and value.removeprefix("-").isdigit()
