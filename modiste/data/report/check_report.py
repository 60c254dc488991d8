"""What a check of a dataset found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from modiste.data import columns
from modiste.errors import RowProblem

#: Fewer photos or occurrences than this are too few to learn from.
FEW = 5
#: Attribute types that say no more than that the type is not known.
UNKNOWN_TYPES = frozenset({"", "unknown", "other", "none", "null"})


@dataclass(frozen=True)
class ClassCount:
    """Photos of one category by split; those without a category have the name None."""

    name: str | None
    n_photos: Mapping[str, int]

    @property
    def total(self) -> int:
        """Photos in all splits."""
        return sum(self.n_photos.values())


@dataclass(frozen=True)
class AttributeCount:
    """How often an attribute is there, and on how many photos somebody looked for it."""

    name: str
    type: str
    n_present: int
    n_known: int


@dataclass(frozen=True)
class DuplicateGroup:
    """Photos that are one: of the same bytes, or else of the same picture.

    Parameters
    ----------
    images, splits, categories : tuple
        One of each a photo; a category may be None.
    same_bytes : bool
        Whether all the files have the same bytes.
    """

    images: tuple[str, ...]
    splits: tuple[str, ...]
    categories: tuple[str | None, ...]
    same_bytes: bool

    @property
    def is_leak(self) -> bool:
        """Whether the group lies in several splits, so that a test sees what was trained on."""
        return len(set(self.splits)) > 1

    @property
    def is_contradictory(self) -> bool:
        """Whether the photos carry different categories."""
        return len({category for category in self.categories if category is not None}) > 1

    def leaking_pairs(self) -> list[tuple[str, str]]:
        """Return the first image with each image of another split than its own.

        Not all pairs, of which a group of many photos has too many to list.
        """
        first = self.splits[0]
        both = zip(self.images, self.splits, strict=True)
        return [(self.images[0], image) for image, split in both if split != first]


@dataclass(frozen=True)
class BoxFinding:
    """A box that is wrong or that looks wrong.

    Parameters
    ----------
    image : str
        The photo.
    box : tuple of float
        As it stands in the table, as fractions of the photo; of any length.
    problem : str
        ``outside``, ``no area``, ``malformed``, ``tiny`` or ``whole photo``.
    """

    image: str
    box: tuple[float, ...]
    problem: str


@dataclass(frozen=True)
class UnreadablePhoto:
    """A photo that is there and cannot be decoded."""

    image: str
    reason: str


@dataclass(frozen=True)
class PhotoSizes:
    """Smallest, median and largest width and height, in pixels, each on its own."""

    width_px: tuple[int, int, int]
    height_px: tuple[int, int, int]


@dataclass(frozen=True)
class CheckReport:
    """All that `modiste.data.report.check.check_dataset` found.

    Parameters
    ----------
    dataset : str
        The directory.
    n_items, n_events, n_photos : int
        Rows that can be used.
    n_photo_rows : int
        Rows of the photos table, usable or not.
    n_boxed : int
        Usable photos with a box.
    problems : tuple of RowProblem
        Every bad value of every table, missing photos and bad boxes among them.
    unreadable : tuple of UnreadablePhoto
        Photos that are there and cannot be decoded.
    classes : tuple of ClassCount
        Every category of the vocabulary, most frequent first, and None if there are
        photos without one.
    attributes : tuple of AttributeCount
        Every attribute of the vocabulary, most frequent first.
    duplicates : tuple of DuplicateGroup
        Groups of two photos and more; leaks first.
    boxes : tuple of BoxFinding
        Bad boxes first.
    sizes : PhotoSizes or None
        None if no photo can be read.
    items_across_splits : tuple of str
        Items whose photos lie in several splits.
    items_without_photos, photos_without_labels : tuple of str
        Ids and images; a photo without labels has no category and no known attribute.
    examples : mapping of str to tuple of str
        Some images of each category, whose photos can be read.
    boxes_of_examples : mapping of str to tuple of float
        The boxes of those images that have one.
    """

    dataset: str
    n_items: int
    n_events: int
    n_photos: int
    n_photo_rows: int
    n_boxed: int
    problems: tuple[RowProblem, ...]
    unreadable: tuple[UnreadablePhoto, ...]
    classes: tuple[ClassCount, ...]
    attributes: tuple[AttributeCount, ...]
    duplicates: tuple[DuplicateGroup, ...]
    boxes: tuple[BoxFinding, ...]
    sizes: PhotoSizes | None
    items_across_splits: tuple[str, ...]
    items_without_photos: tuple[str, ...]
    photos_without_labels: tuple[str, ...]
    examples: Mapping[str, tuple[str, ...]]
    boxes_of_examples: Mapping[str, tuple[float, ...]]

    @property
    def missing(self) -> tuple[str, ...]:
        """Images that the photos table names and that are no file of the dataset."""
        return tuple(str(p.value) for p in self.problems if p.problem == MISSING_PHOTO)

    @property
    def leaks(self) -> tuple[DuplicateGroup, ...]:
        """Duplicates that lie in several splits."""
        return tuple(group for group in self.duplicates if group.is_leak)

    @property
    def bad_boxes(self) -> tuple[BoxFinding, ...]:
        """Boxes outside the photo, of no area, or that are no boxes."""
        return tuple(found for found in self.boxes if found.problem in BAD_BOXES)

    @property
    def n_per_split(self) -> dict[str, int]:
        """Usable photos of each split."""
        return {s: sum(c.n_photos.get(s, 0) for c in self.classes) for s in columns.SPLITS}

    @property
    def is_clean(self) -> bool:
        """Whether a network may be trained on it and tested honestly."""
        return not (self.problems or self.unreadable or self.leaks)

    def to_json(self) -> dict[str, object]:
        """Return everything found, ready for JSON; nothing is cut."""
        found = asdict(self)
        del found["examples"], found["boxes_of_examples"]
        found["problems"] = [
            {**asdict(problem), "value": _plain(problem.value)} for problem in self.problems
        ]
        found["boxes"] = [{**asdict(box), "box": _plain(box.box)} for box in self.boxes]
        found["leaking_pairs"] = [pair for group in self.leaks for pair in group.leaking_pairs()]
        found["missing"] = self.missing
        found["n_per_split"] = self.n_per_split
        found["is_clean"] = self.is_clean
        return found


BAD_BOXES = ("outside", "no area", "malformed")
MISSING_PHOTO = "must be a file inside the dataset directory"


def _plain(value: object) -> object:
    """Return a value of a table as JSON can hold it; what it cannot hold, as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, np.ndarray | Sequence) and not isinstance(value, bytes):
        return [_plain(part) for part in value]
    return str(value)
