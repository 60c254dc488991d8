"""Fit the backbone that ships with the package, on drawn photos, from nothing.

``python -m modiste.training.pretrain_backbone --work WORK --out FILE`` draws photos of a
seed that no demo uses, fits MobileNetV2 (alpha 0.5, 128 pixels) with all four heads from
random weights, and writes the backbone's weights. Run it again to go on where it stopped,
or with ``--start FILE`` for another round from those weights; the ones that ship took one.
The demo then needs no download, and fits its last layers on photos that this has not seen.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from modiste.attribute_model.backbone import build_backbone, weights_path
from modiste.attribute_model.config import ALL_LAYERS, DEMO_SHOP, NetworkConfig
from modiste.attribute_model.feature_cache import FeatureCache
from modiste.attribute_model.network import build_parts
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.demo_shop.shop import write_photos
from modiste.training.network import pixel_batches
from modiste.training.network_epochs import FitOptions, fit_parts
from modiste.training.run_folder import RunFolder
from modiste.training.run_settings import run_settings

PHOTO_SEED = 20261
CONFIG = NetworkConfig(
    backbone="MobileNetV2", weights=None, image_size=128, alpha=0.5, trainable_layers=ALL_LAYERS
)
OPTIONS = FitOptions(epochs=14, batch_size=64, learning_rate=3e-3, weight_decay=1e-4, seed=1)


def pretrain(
    work: Path,
    out: Path,
    n_photos: int = 14_000,
    options: FitOptions = OPTIONS,
    *,
    start: Path | None = None,
) -> None:
    """Draw the photos unless they are there, fit, and write the backbone's weights.

    Parameters
    ----------
    work : path
        Photos, decoded pixels and the run folder are kept here.
    out : path
        The ``.weights.h5`` file to write.
    n_photos : int
    options : FitOptions
    start : path, optional
        Weights to begin with; random ones if None.
    """
    photos = work / "photos"
    if not (photos / "photos.parquet").is_file():
        write_photos(photos, n_photos=n_photos, street_share=0.6, seed=PHOTO_SEED)
    dataset = Dataset.read(photos)
    keras.utils.set_random_seed(options.seed)
    parts = build_parts(
        replace(CONFIG, weights=None if start is None else str(start)), dataset.vocabulary
    )
    cache = FeatureCache(work / "pixels")
    train, val = (
        pixel_batches(dataset, split, cache, CONFIG.image_size, options)
        for split in (columns.TRAIN, columns.VAL)
    )
    run = RunFolder(work / "run", run_settings(CONFIG, options, dataset, parts.network))
    best = fit_parts(parts, train, val, dataset.vocabulary, options, progress=_say, run=run)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_backbone(parts.backbone, out)
    run.finish(best.history[best.best_epoch - 1])


def save_backbone(backbone: Any, out: Path, config: NetworkConfig = CONFIG) -> None:
    """Write the backbone's weights without the layers that `preprocess` put before it."""
    image = keras.Input((config.image_size, config.image_size, 3))
    alone = build_backbone(replace(config, weights=None), image)
    alone.set_weights(backbone.get_weights())
    alone.save_weights(out)


def _say(done: int, total: int, what: str) -> None:
    if what.startswith("steps"):
        return
    os.write(1, f"{done}/{total} {what}\n".encode())


def main(arguments: Any = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=weights_path(DEMO_SHOP))
    parser.add_argument("--photos", type=int, default=14_000)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--epochs", type=int, default=OPTIONS.epochs)
    parser.add_argument("--learning-rate", type=float, default=OPTIONS.learning_rate)
    given = parser.parse_args(arguments)
    options = replace(OPTIONS, epochs=given.epochs, learning_rate=given.learning_rate)
    pretrain(given.work, given.out, given.photos, options, start=given.start)


if __name__ == "__main__":
    main()
