"""DeepFashion's Category and Attribute Prediction benchmark on disk, read.

Two annotations of its photos: `modiste.data.deepfashion_coarse`, of 289,222 photos and
1,000 attributes, and `modiste.data.deepfashion_fine`, of 20,000 of them and 26.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016. http://mmlab.ie.cuhk.edu.hk/projects/DeepFashion.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from modiste.data import columns
from modiste.data.dataset import (
    IMAGES_FOLDER,
    empty_events,
    empty_items,
    empty_photos,
    write_dataset,
)
from modiste.data.deepfashion_coarse import read_coarse
from modiste.data.deepfashion_fine import read_fine
from modiste.data.deepfashion_landmarks import (
    LANDMARKS_FILE,
    Landmark,
    write_landmarks,
)
from modiste.data.deepfashion_lists import photo_file
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.vocabulary import Vocabulary
from modiste.progress import Progress, track

Annotation = Literal["coarse", "fine"]
READERS = {"coarse": read_coarse, "fine": read_fine}


@dataclass(frozen=True)
class DeepFashion:
    """The benchmark, read.

    Parameters
    ----------
    vocabulary : Vocabulary
        Categories and attributes in the order of the lists.
    photos : DataFrame
        The columns of a dataset's photos; ``image`` is the path in the lists, such as
        ``img/Sheer_Blouse/img_00000001.jpg``. A photo that a list leaves out is null
        there. A box is read as pixels of the photo held upright, as its EXIF orientation
        says, and given as fractions of its sides.
    landmarks : mapping of str to tuple of Landmark
        By image; empty where the source has none.
    """

    vocabulary: Vocabulary
    photos: pd.DataFrame
    landmarks: Mapping[str, tuple[Landmark, ...]]


@dataclass(frozen=True)
class DeepFashionReport(PrepareReport):
    """What preparing DeepFashion gave.

    Parameters
    ----------
    categories_without_photos : tuple of str
        Categories of the lists that no photo has. They stay in the vocabulary, so that
        labels keep their index.
    """

    categories_without_photos: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = super().__str__()
        if self.categories_without_photos:
            names = ", ".join(self.categories_without_photos)
            text += f"\ncategories without a photo, kept in the vocabulary: {names}"
        return text


def read_deepfashion(
    root: str | Path, *, annotation: Annotation = "coarse", progress: Progress | None = None
) -> DeepFashion:
    """Read the benchmark's lists.

    Parameters
    ----------
    root : path
        The directory that holds ``Anno`` (or ``Anno_coarse``), ``Eval`` and ``img``, or for
        the fine annotation ``Anno_fine`` and ``img``.
    annotation : str
        ``coarse`` or ``fine``.
    progress : callable, optional
        Told after each box, for which a photo is opened.

    Raises
    ------
    DatasetError
        If a file is missing, a line is malformed, a list has more or fewer rows than it
        should, a list names a photo twice or one outside the partition, or a photo with a
        box is unreadable; the message names file and line. Or if photos are missing or
        empty, which it counts and names together.
    """
    if annotation not in READERS:
        raise ValueError(
            f"annotation must be one of {', '.join(READERS)}. Received: {annotation!r}"
        )
    vocabulary, photos, landmarks = READERS[annotation](Path(root), progress=progress)
    frame = pd.DataFrame(photos, columns=empty_photos().columns, dtype=object)
    return DeepFashion(vocabulary, frame, landmarks)


def prepare(
    source: str | Path,
    path: str | Path,
    *,
    annotation: Annotation = "coarse",
    progress: Progress | None = None,
) -> DeepFashionReport:
    """Turn the benchmark on disk into a dataset directory.

    The photos are hard-linked where the file system allows it, else copied. Landmarks,
    where the source has them, are written beside the tables as ``landmarks.parquet``.

    Parameters
    ----------
    source : path
        The benchmark's directory, as for `read_deepfashion`.
    path : path
        The dataset directory to write, other than `source`.
    annotation : str
        ``coarse`` (1,000 attributes) or ``fine`` (26, of fewer photos).
    progress : callable, optional
        Told after each photo.

    Raises
    ------
    DatasetError
        As `read_deepfashion`, or if a photo is missing or both are one directory.
    """
    root, folder = Path(source), Path(path)
    refuse_in_place(root, folder)
    read = read_deepfashion(root, annotation=annotation, progress=progress)
    photos = read.photos
    images = {}
    for image in track(photos[columns.IMAGE], len(photos), "linking photos", progress):
        target = Path(IMAGES_FOLDER, *Path(image).parts[1:])
        link_photo(photo_file(root, image), folder / target)
        images[image] = target.as_posix()
    write_dataset(
        folder,
        read.vocabulary,
        empty_items(),
        empty_events(),
        photos.assign(**{columns.IMAGE: list(images.values())}),
    )
    (folder / LANDMARKS_FILE).unlink(missing_ok=True)
    if read.landmarks:
        landmarks = {images[image]: marks for image, marks in read.landmarks.items()}
        write_landmarks(landmarks, folder / LANDMARKS_FILE)
    seen = frozenset(photos[columns.CATEGORY].dropna())
    return DeepFashionReport(
        n_items=0,
        n_events=0,
        n_photos=len(photos),
        categories_without_photos=tuple(
            name for name in read.vocabulary.categories if name not in seen
        ),
    )
