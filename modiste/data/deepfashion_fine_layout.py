"""A dataset written in the layout of DeepFashion's fine annotation.

`modiste.data.deepfashion` reads it back; `modiste.data.deepfashion_fine` says what is
peculiar about it.
"""

from __future__ import annotations

from pathlib import Path

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.deepfashion_fine import (
    ATTRIBUTES,
    BOX,
    CATEGORY,
    FINE_FOLDER,
    FINE_TYPES,
    LANDMARK_ENDINGS,
    N_COORDINATES,
)
from modiste.data.deepfashion_landmarks import LANDMARKS_FILE, Landmark, read_landmark_table
from modiste.data.deepfashion_layout import (
    box_px,
    copy_photos,
    kept_attributes,
    photo_records,
    write_names,
)
from modiste.data.deepfashion_lists import upright_size


def write_deepfashion_fine_layout(dataset_path: str | Path, out: str | Path) -> int:
    """Write a dataset's photos as DeepFashion's directory with the fine annotation.

    For trying code that reads it without having it. The layout cannot say that something
    is unknown, so that photos without a category, box or attributes are in no list.
    Attributes of other types than `FINE_TYPES` are left out; names have underscores for
    spaces. Landmarks are written if the dataset has ``landmarks.parquet``.

    Parameters
    ----------
    dataset_path : path
        A dataset directory whose category types are DeepFashion's.
    out : path
        The directory to write ``Anno_fine`` and ``img`` under.

    Returns
    -------
    int
        Photos that are in a list.

    Raises
    ------
    DatasetError
        If the dataset cannot be read, or has no photos.
    """
    dataset = Dataset.read(dataset_path)
    lists = Path(out, FINE_FOLDER)
    kept = kept_attributes(dataset, FINE_TYPES)
    write_names(dataset, [(name.replace(" ", "_"), kind) for name, kind in kept], FINE_TYPES, lists)
    landmarks = {}
    if (dataset.path / LANDMARKS_FILE).is_file():
        landmarks = read_landmark_table(dataset.path / LANDMARKS_FILE)
    endings = ("", CATEGORY, ATTRIBUTES, BOX, *(LANDMARK_ENDINGS[:1] if landmarks else ()))
    rows: dict[tuple[str, str], list[str]] = {
        (split, ending): [] for split in columns.SPLITS for ending in endings
    }
    n_photos = 0
    for photo, image in zip(photo_records(dataset), copy_photos(dataset, Path(out)), strict=True):
        needed = (photo[columns.CATEGORY], photo[columns.BOX], photo[columns.ATTRIBUTES])
        if any(value is None for value in needed):
            continue
        n_photos += 1
        source = dataset.image_path(photo[columns.IMAGE])
        present = frozenset(photo[columns.ATTRIBUTES])
        line = {
            "": image,
            CATEGORY: str(dataset.vocabulary.category_index[photo[columns.CATEGORY]] + 1),
            ATTRIBUTES: " ".join("1" if name in present else "0" for name, _ in kept),
            BOX: box_px(photo[columns.BOX], source),
            LANDMARK_ENDINGS[0]: _landmark_line(landmarks.get(photo[columns.IMAGE], ()), source),
        }
        for ending in endings:
            rows[photo[columns.SPLIT], ending].append(line[ending])
    for (split, ending), found in rows.items():
        name = f"{split}_{ending}.txt" if ending else f"{split}.txt"
        (lists / name).write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    return n_photos


def _landmark_line(marks: tuple[Landmark, ...], photo: Path) -> str:
    width, height = upright_size(photo)
    values = [
        at for mark in marks for at in (round((mark.x or 0) * width), round((mark.y or 0) * height))
    ]
    return " ".join(str(value) for value in (*values, *[0] * (N_COORDINATES - len(values))))
