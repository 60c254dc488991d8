"""A dataset of painted rectangles: their side says the category, their colour the attribute."""

import numpy as np
import pandas as pd
from PIL import Image

from modiste.data.dataset import Dataset, empty_events, write_dataset
from modiste.data.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    ("Tall", "Wide"), ("full", "upper"), ("red", "blue", "plain"), ("style", "style", "texture")
)
_COLOURS = {"red": (210, 40, 40), "blue": (40, 40, 210)}


def painted_photos(path, n_items=24, seed=0):
    rng = np.random.default_rng(seed)
    (path / "images").mkdir(parents=True)
    items, photos = [], []
    for number in range(n_items):
        category = ("Tall", "Wide")[number % 2]
        colour = ("red", "blue")[number // 2 % 2]
        width, height = (14, 30) if category == "Tall" else (30, 14)
        item_id = f"item-{number:03d}"
        items.append(
            {"item_id": item_id, "title": item_id, "category": category, "availability": "in_stock"}
        )
        for kind in ("shop", "street"):
            left, top = (int(rng.integers(2, 46 - side)) for side in (width, height))
            pixels = rng.integers(150, 200, (48, 48, 3)).astype(np.uint8)
            pixels[top : top + height, left : left + width] = _COLOURS[colour]
            image = f"images/{item_id}-{kind}.png"
            Image.fromarray(pixels).save(path / image)
            box = [left / 48, top / 48, (left + width) / 48, (top + height) / 48]
            photos.append(
                {
                    "image": image,
                    "item_id": item_id,
                    "category": category,
                    "box": box,
                    "attributes": [colour],
                    "attributes_unknown": ["plain"],
                    "split": ("train", "train", "train", "val", "test")[number // 4 % 5],
                    "photo_kind": kind,
                }
            )
    # One photo about which nothing is known: it must be left out of every loss and figure.
    Image.fromarray(np.full((48, 48, 3), 128, dtype=np.uint8)).save(path / "images/bare.png")
    photos.append({"image": "images/bare.png", "split": "train"})
    frame = pd.DataFrame(photos).astype(object)
    frame = frame.where(frame.notna(), None)
    write_dataset(path, VOCABULARY, pd.DataFrame(items), empty_events(), frame)
    return Dataset.read(path)
