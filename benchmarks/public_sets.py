"""The datasets of `make bench NAME=attributes`, prepared, and how each is fitted.

Every split follows from the photos' bytes, with duplicates on one side; epochs and settings
were chosen on the validation photos.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from modiste.attribute_model.augmentation import AugmentationConfig
from modiste.attribute_model.config import NetworkConfig
from modiste.data import clothing_co_parsing, columns, fashion_product_images, photo_folders
from modiste.data.dataset import PHOTOS_FILE, Dataset
from modiste.data.demo_shop.shop import write_demo_shop
from modiste.data.splits import split_by_content
from modiste.progress import Progress
from modiste.training.fit_options import FitOptions

WEIGHTS = Path("mobilenet-v2", "mobilenetv2_dequant_notop.weights.h5")
CLASSES = "clothing-dataset-small"
PRODUCTS = "fashion-product-images"
STREET = "clothing-co-parsing"
DEMO = "demo shop"

#: A seed that nothing else draws with: neither the demo nor what these settings were chosen on.
DEMO_SEED = 512


#: For photos whose colours are labels.
COLOURS_KEPT = AugmentationConfig(
    brightness=0.03, contrast=0.05, gamma=0.05, white_balance=0.0, saturation=0.0
)


@dataclass(frozen=True)
class PublicSet:
    """One dataset and how MobileNetV2 with its ImageNet weights is fitted on it.

    Parameters
    ----------
    name : str
    prepare : callable
        From the directory of real data, the directory to write and a progress to the dataset.
    options : FitOptions
    trainable_layers : int
        30 are the last three blocks, 57 the last six.
    image_size : int
        Side in pixels of the square that the network sees.
    """

    name: str
    prepare: Callable[[Path, Path, Progress], Dataset]
    options: FitOptions
    trainable_layers: int = 30
    image_size: int = 224

    def network(self, data: Path) -> NetworkConfig:
        """Return the network to fit, its weights read from the directory of real data."""
        return NetworkConfig(
            "MobileNetV2",
            str(data / WEIGHTS),
            image_size=self.image_size,
            trainable_layers=self.trainable_layers,
        )


def _classes(data: Path, out: Path, progress: Progress) -> Dataset:
    """Hold the source's own validation photos out as test, and 5 % of the rest as val."""
    photo_folders.prepare(data / CLASSES, out, progress=progress)
    dataset = Dataset.read(out)
    photos = dataset.photos.copy()
    train = photos.index[photos[columns.SPLIT] == columns.TRAIN]
    photos.loc[photos[columns.SPLIT] == columns.VAL, columns.SPLIT] = columns.TEST
    photos.loc[train, columns.SPLIT] = split_by_content(
        [dataset.image_path(image) for image in photos.loc[train, columns.IMAGE]],
        shares={columns.TRAIN: 0.95, columns.VAL: 0.05},
        labels=photos.loc[train, columns.CATEGORY].tolist(),
        progress=progress,
    )
    return replace(dataset, photos=photos)


def _products(data: Path, out: Path, progress: Progress) -> Dataset:
    fashion_product_images.prepare(data / PRODUCTS, out, progress=progress)
    return Dataset.read(out)


def _street(data: Path, out: Path, progress: Progress) -> Dataset:
    clothing_co_parsing.prepare(data / STREET, out, progress=progress)
    return Dataset.read(out)


def _demo(data: Path, out: Path, progress: Progress) -> Dataset:  # noqa: ARG001 - drawn, not read
    if not (out / PHOTOS_FILE).is_file():
        write_demo_shop(out, seed=DEMO_SEED, progress=progress)
    return Dataset.read(out)


SETS = (
    PublicSet(CLASSES, _classes, FitOptions(epochs=12, views=4, ema=0.99), trainable_layers=57),
    PublicSet(
        PRODUCTS,
        _products,
        FitOptions(epochs=14, views=4, ema=0.99, augmentation=COLOURS_KEPT),
        trainable_layers=57,
    ),
    PublicSet(
        STREET,
        _street,
        FitOptions(epochs=32, views=8, ema=0.98),
        trainable_layers=57,
        image_size=288,
    ),
    PublicSet(DEMO, _demo, FitOptions(epochs=14, views=3)),
)
