"""DeepFashion's fine annotation: 26 attributes, of one a group in each photo.

A folder ``Anno_fine`` with ``list_category_cloth.txt`` and ``list_attr_cloth.txt`` as the
coarse annotation has them, and for each split lists without a header, whose lines belong
together by their number: ``train.txt`` (the photos), ``train_cate.txt`` (a 1-based label),
``train_attr.txt`` (1 or 0 for each attribute), ``train_bbox.txt`` (x1 y1 x2 y2 in pixels)
and ``train_landmards.txt``, so spelt by the source (x and y in pixels of up to eight
joints, filled up with zeros).

References
----------
Liu et al., "MMFashion: An Open-Source Toolbox for Visual Fashion Analysis", 2020,
https://github.com/open-mmlab/mmfashion/blob/master/docs/dataset/ATTR_DATASET.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modiste.data import columns
from modiste.data.deepfashion_landmarks import JOINTS, Landmark, landmark
from modiste.data.deepfashion_lists import (
    ATTRIBUTES_FILE,
    CATEGORIES_FILE,
    SizeOf,
    box_fractions,
    check_image,
    lines,
    read_names,
    refuse,
    require_photos,
    sizes_in,
)
from modiste.data.vocabulary import CATEGORY_TYPES, Vocabulary
from modiste.errors import DatasetError, VocabularyError
from modiste.progress import Progress, track

FINE_FOLDER = "Anno_fine"
#: The groups of the 26 attributes, by the number that the list gives them.
FINE_TYPES = ("texture", "sleeve", "length", "neckline", "fabric", "fit")
#: How the source, and those who mended it, call the landmarks' lists.
LANDMARK_ENDINGS = ("landmards", "landmarks")
#: Numbers of a landmark line: x and y of eight joints.
N_COORDINATES = 16

#: The endings of the other lists.
CATEGORY, ATTRIBUTES, BOX = "cate", "attr", "bbox"


def read_fine(
    root: Path, *, progress: Progress | None = None
) -> tuple[Vocabulary, list[dict[str, object]], dict[str, tuple[Landmark, ...]]]:
    """Read the fine annotation.

    Parameters
    ----------
    root : Path
        The directory that holds ``Anno_fine`` and ``img``.
    progress : callable, optional
        Told after each photo.

    Returns
    -------
    vocabulary : Vocabulary
        Categories and attributes in the order of the lists, the attributes with spaces
        for underscores, as the coarse annotation spells them.
    photos : list of dict
        The columns of a dataset's photos; no attribute is unknown.
    landmarks : dict of str to tuple of Landmark
        By photo; the source does not say whether they are visible, and a joint at 0, 0 is
        none. Empty if there are no lists of them.

    Raises
    ------
    DatasetError
        If a file is missing or a line malformed; the message names it.
    """
    lists = root / FINE_FOLDER
    if not lists.is_dir():
        raise DatasetError(
            f"The fine annotation is a folder {FINE_FOLDER} in DeepFashion's directory. "
            f"Received: {root} without it"
        )
    vocabulary = _read_vocabulary(lists)
    size_of = sizes_in(root)
    photos: dict[str, dict[str, object]] = {}
    landmarks: dict[str, tuple[Landmark, ...]] = {}
    for split in columns.SPLITS:
        part = _Part.read(lists, split, vocabulary, size_of)
        seen = set(photos)
        for line, image in enumerate(part.images, start=1):
            check_image(part.path(), line, image, seen)
            seen.add(image)
        require_photos(root, part.images)
        images = track(part.images, len(part.images), f"reading {split} photos", progress)
        for line, image in enumerate(images, start=1):
            photos[image] = {
                columns.IMAGE: image,
                columns.ITEM_ID: None,
                columns.CATEGORY: part.category(line),
                columns.BOX: part.box(line),
                columns.ATTRIBUTES: part.attributes(line),
                columns.ATTRIBUTES_UNKNOWN: None,
                columns.SPLIT: split,
                columns.PHOTO_KIND: None,
            }
            marks = part.landmarks(line)
            if marks:
                landmarks[image] = marks
    return vocabulary, list(photos.values()), landmarks


def _read_vocabulary(lists: Path) -> Vocabulary:
    names = lists / ATTRIBUTES_FILE
    attributes = [(name.replace("_", " "), kind) for name, kind in read_names(names, FINE_TYPES)]
    categories = read_names(lists / CATEGORIES_FILE, CATEGORY_TYPES)
    try:
        return Vocabulary.from_pairs(categories, attributes)
    except VocabularyError as error:
        raise DatasetError(f"{names} must name each attribute once. Received: {error}") from error


@dataclass(frozen=True)
class _Part:
    """The lists of one split, each a list of the tokens of its lines."""

    lists: Path
    split: str
    vocabulary: Vocabulary
    size_of: SizeOf
    images: tuple[str, ...]
    tokens: Mapping[str, Sequence[Sequence[str]]]  # by ending

    @classmethod
    def read(cls, lists: Path, split: str, vocabulary: Vocabulary, size_of: SizeOf) -> _Part:
        names = _tokens(lists / f"{split}.txt")
        for line, found in enumerate(names, start=1):
            if len(found) != 1:
                refuse(lists / f"{split}.txt", line, "must be one photo", " ".join(found))
        endings = [CATEGORY, ATTRIBUTES, BOX]
        endings += [e for e in LANDMARK_ENDINGS if (lists / f"{split}_{e}.txt").is_file()][:1]
        tokens = {ending: _tokens(lists / f"{split}_{ending}.txt") for ending in endings}
        for ending, found_lines in tokens.items():
            if len(found_lines) != len(names):
                path = lists / f"{split}_{ending}.txt"
                rule = f"must have a line for each of the {len(names)} photos of {split}.txt"
                refuse(path, len(found_lines), rule, f"{len(found_lines)} lines")
        return cls(lists, split, vocabulary, size_of, tuple(found[0] for found in names), tokens)

    def path(self, ending: str | None = None) -> Path:
        return self.lists / (f"{self.split}_{ending}.txt" if ending else f"{self.split}.txt")

    def category(self, line: int) -> str:
        values = self.tokens[CATEGORY][line - 1]
        names = self.vocabulary.categories
        if len(values) != 1 or values[0] not in {str(i + 1) for i in range(len(names))}:
            rule = f"must be a label of 1 to {len(names)}"
            refuse(self.path(CATEGORY), line, rule, " ".join(values))
        return names[int(values[0]) - 1]

    def attributes(self, line: int) -> list[str]:
        values = self.tokens[ATTRIBUTES][line - 1]
        names = self.vocabulary.attributes
        if len(values) != len(names) or not {"0", "1"}.issuperset(values):
            rule = f"must be {len(names)} values of 0 or 1"
            refuse(self.path(ATTRIBUTES), line, rule, " ".join(values))
        return [name for name, value in zip(names, values, strict=True) if value == "1"]

    def box(self, line: int) -> list[float]:
        size = self.size_of(self.images[line - 1], self.path(BOX), line)
        return box_fractions(self.path(BOX), line, self.tokens[BOX][line - 1], size)

    def landmarks(self, line: int) -> tuple[Landmark, ...]:
        """Return the joints of the photo's type of clothes; none without a list of them."""
        ending = next((e for e in LANDMARK_ENDINGS if e in self.tokens), None)
        if ending is None:
            return ()
        values = self.tokens[ending][line - 1]
        if len(values) != N_COORDINATES or not all(value.isdigit() for value in values):
            rule = f"must be x and y, in pixels, of {N_COORDINATES // 2} joints"
            refuse(self.path(ending), line, rule, " ".join(values))
        index = self.vocabulary.category_index[self.category(line)]
        joints = JOINTS[self.vocabulary.category_types[index]]
        size = self.size_of(self.images[line - 1], self.path(ending), line)
        pixels = [(int(x), int(y)) for x, y in zip(values[::2], values[1::2], strict=True)]
        return tuple(
            landmark(joint, None, at_px, size) if any(at_px) else Landmark(joint, None, None, None)
            for joint, at_px in zip(joints, pixels, strict=False)
        )


def _tokens(path: Path) -> list[list[str]]:
    found = [text.split() for _, text in lines(path)]
    while found and not found[-1]:
        found.pop()
    return found
