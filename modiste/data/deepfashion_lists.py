"""DeepFashion's lists, line by line: counted rows, names with types, boxes in pixels."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
from PIL import ExifTags, Image

from modiste.errors import DatasetError, InvalidImageError

CATEGORIES_FILE = "list_category_cloth.txt"
CATEGORY_FILE = "list_category_img.txt"
ATTRIBUTES_FILE = "list_attr_cloth.txt"
ATTRIBUTE_FILE = "list_attr_img.txt"
BOX_FILE = "list_bbox.txt"
PARTITION_FILE = "list_eval_partition.txt"

ANNOTATION_FOLDERS = ("Anno", "Anno_coarse")
PHOTO_FOLDERS = (".", "Img")
_N_NAMED = 20
PRESENT, ABSENT, UNKNOWN = "1", "-1", "0"

#: EXIF orientations of photos that lie on their side.
_SIDEWAYS = frozenset({5, 6, 7, 8})

#: Gives the width and height of a photo in pixels, held upright, by its path in the lists;
#: the list and line are those to name if it is unreadable.
SizeOf = Callable[[str, Path, int], tuple[int, int]]


def refuse(path: Path, line: int, rule: str, received: object) -> NoReturn:
    """Raise a `DatasetError` that names the file and the line."""
    raise DatasetError(f"{path}, line {line}: {rule}. Received: {received!r}")


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line, the empty ones too.

    Raises
    ------
    DatasetError
        If there is no such file, or a line is not UTF-8.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise DatasetError(f"{path} must be a readable file. Received: {error.strerror}") from error
    with file:
        for line, data in enumerate(file, start=1):
            try:
                yield line, data.decode("utf-8-sig" if line == 1 else "utf-8")
            except UnicodeDecodeError as error:
                refuse(path, line, "must be UTF-8 text", data[error.start : error.end])


def rows(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each data row of a list.

    Raises
    ------
    DatasetError
        If line 1 is not the number of rows that follow line 2, or as `lines`.
    """
    found = lines(path)
    line, first = next(found, (1, ""))
    if not first.strip().isdigit():
        refuse(path, 1, "must be the number of rows", first.strip())
    n_rows = 0
    for line, text in found:
        if line > 2 and text.strip():
            n_rows += 1
            yield line, text
    if n_rows != int(first):
        refuse(path, line, f"the list must have the {int(first)} rows that line 1 says", n_rows)


def photo_rows(path: Path, known: Iterable[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line number, photo and values of each row; every photo once, and known."""
    left = set(known)
    for line, text in rows(path):
        image, *values = text.split()
        if image not in left:
            refuse(path, line, f"must name a photo of {PARTITION_FILE}, once", image)
        left.remove(image)
        yield line, image, values


def read_names(path: Path, types: Sequence[str]) -> list[tuple[str, str]]:
    """Return the name and type of each row, whose last token is the type, from 1."""
    names = []
    for line, text in rows(path):
        name, _, number = text.strip().rpartition(" ")
        if not name.strip() or number not in {str(i + 1) for i in range(len(types))}:
            refuse(path, line, f"must be a name and a type of 1 to {len(types)}", text.strip())
        names.append((name.strip(), types[int(number) - 1]))
    return names


def check_image(path: Path, line: int, image: str, seen: Iterable[str]) -> None:
    """Refuse a photo named twice, or one that is not below the directory."""
    if image in seen or Path(image).is_absolute() or ".." in Path(image).parts:
        refuse(path, line, "must name a photo under the directory, once", image)


def photo_file(root: Path, image: str) -> Path:
    """Return the file of a photo; ``img`` may lie in the directory or in its ``Img``.

    Raises
    ------
    DatasetError
        If it is in neither.
    """
    for file in _places(root, image):
        if file.is_file():
            return file
    raise DatasetError(f"Every photo of the lists must be under {root}. Received: no file {image}")


def require_photos(root: Path, images: Iterable[str]) -> None:
    """Refuse photos that are not there or empty, all at once: one run a photo would be many.

    Raises
    ------
    DatasetError
        If there are any; it counts them and names the first twenty.
    """
    gone = [
        image
        for image in images
        if not any(file.is_file() and file.stat().st_size for file in _places(root, image))
    ]
    if gone:
        named = ", ".join(gone[:_N_NAMED]) + (", ..." if len(gone) > _N_NAMED else "")
        raise DatasetError(
            f"Every photo of the lists must be under {root}; unpack img.zip anew. "
            f"Received: {len(gone):,} missing or empty: {named}"
        )


def _places(root: Path, image: str) -> list[Path]:
    return [root / folder / image for folder in PHOTO_FOLDERS]


def sizes_in(root: Path) -> SizeOf:
    """Return what gives the sizes of photos; each is opened once."""
    sizes: dict[str, tuple[int, int]] = {}

    def size_of(image: str, path: Path, line: int) -> tuple[int, int]:
        if image not in sizes:
            try:
                sizes[image] = upright_size(photo_file(root, image))
            except InvalidImageError as error:
                refuse(path, line, "must name a readable photo", str(error))
        return sizes[image]

    return size_of


def box_fractions(
    path: Path, line: int, values: Sequence[str], size: tuple[int, int]
) -> list[float]:
    """Return the pixels x1 y1 x2 y2, perhaps padded by zeros, as fractions of the photo."""
    if len(values) != 4 or not all(value.isdigit() for value in values):
        refuse(path, line, "must be a photo and the pixels x1 y1 x2 y2", list(values))
    edges = np.array([int(value) for value in values]) / (size * 2)
    box = edges.clip(0, 1).astype(np.float32)
    if not (box[0] < box[2] and box[1] < box[3]):
        refuse(path, line, f"the box must lie in the photo of {size} pixels", list(values))
    return [float(edge) for edge in box]


def upright_size(photo: Path) -> tuple[int, int]:
    """Return the width and height, in pixels, that `modiste.data.images.decode` gives.

    Only the header is read.

    Raises
    ------
    InvalidImageError
        If the file cannot be opened as a photo.
    """
    try:
        with Image.open(photo) as picture:
            width, height = picture.size
            return (height, width) if _orientation(picture) in _SIDEWAYS else (width, height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidImageError(
            f"A photo must be a readable file. Received: {error}", code="not_an_image"
        ) from error


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, SyntaxError, LookupError, TypeError, struct.error, UserWarning):
        return 1  # as `decode` takes a photo whose EXIF is damaged
