"""A dataset with one of everything that a check looks for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from modiste.data.dataset import PHOTOS_FILE, PHOTOS_SCHEMA, empty_events, write_dataset
from modiste.data.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_pairs(
    [("Dress", "full"), ("Tee", "upper"), ("Cape", "upper")],
    [("striped", "texture"), ("maxi", "shape"), ("odd", "unknown")],
)
#: A file may be called so, and no browser must take it for markup.
HOSTILE = 'images/"><script>alert(1)<script><img src=x onerror=alert(2)>.png'

_FIELDS = ("image", "item_id", "category", "box", "attributes", "attributes_unknown", "split")
_ROWS = (
    ("images/0.png", "1", "Dress", [0.1, 0.1, 0.9, 0.9], ["striped"], ["odd"], "train"),
    ("images/1.png", "1", "Dress", None, [], None, "train"),
    ("images/copy of 0.png", None, "Tee", None, ["maxi"], None, "test"),
    ("images/1 anew.jpg", None, "Dress", None, None, None, "train"),
    ("images/gone.png", None, "Dress", None, None, None, "train"),
    ("images/cut.png", None, "Dress", None, None, None, "train"),
    ("images/2.png", None, "Dress", [0.2, 0.2, 1.3, 0.8], None, None, "train"),
    ("images/3.png", None, "Dress", [0.5, 0.2, 0.5, 0.8], None, None, "train"),
    ("images/4.png", None, "Dress", [0.5, 0.2, 0.9], None, None, "train"),
    ("images/5.png", "1", "Dress", [0.5, 0.5, 0.52, 0.52], None, None, "val"),
    (HOSTILE, None, "Dress", [0.0, 0.0, 1.0, 1.0], None, None, "val"),
    ("images/7.png", None, None, None, None, None, "train"),
    ("images/8.png", None, "Tee", None, None, None, "holdout"),
)


def write_clean(folder: Path, draw_photo) -> Path:
    """Write a dataset with nothing to mend; `draw_photo` takes a path and a seed."""
    photos = pd.DataFrame(
        [
            (f"images/{i}.png", "1", "Dress", [0.1, 0.1, 0.9, 0.9], ["striped"], None, split)
            for i, split in enumerate(("train", "val", "test"))
        ],
        columns=_FIELDS,
    )
    for i in range(len(photos)):
        draw_photo(folder / f"images/{i}.png", i)
    write_dataset(folder, VOCABULARY, _items(), empty_events(), photos)
    return folder


def write_broken(folder: Path, draw_photo) -> Path:
    """Write the dataset of `_ROWS`; `draw_photo` takes a path and a seed."""
    for i in range(9):
        draw_photo(folder / f"images/{i}.png", i)
    images = folder / "images"
    shutil.copy(images / "0.png", images / "copy of 0.png")
    Image.open(images / "1.png").resize((70, 70)).save(images / "1 anew.jpg", quality=80)
    whole = (images / "0.png").read_bytes()
    (images / "cut.png").write_bytes(whole[: len(whole) // 2])
    draw_photo(folder / HOSTILE, 20)
    write_dataset(folder, VOCABULARY, _items(), empty_events(), pd.DataFrame(columns=_FIELDS))
    rows = [dict(zip(_FIELDS, row, strict=True)) for row in _ROWS]
    pq.write_table(pa.Table.from_pylist(rows, PHOTOS_SCHEMA), folder / PHOTOS_FILE)
    return folder


def _items() -> pd.DataFrame:
    return pd.DataFrame(
        {"item_id": ["1", "2"], "title": ["Dress", "Tee"], "availability": ["in_stock"] * 2}
    )
