"""Fit the network on a dataset's photos.

One path for two ways: the last layers over cached features of the frozen part, or, with
``trainable_layers=-1``, everything from the pixels.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.augmentation import DEFAULT_AUGMENTATION, AugmentationConfig
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.export import DEFAULT_VARIANTS, export_network
from modiste.attribute_model.feature_cache import FeatureCache
from modiste.attribute_model.network import NetworkParts, build_parts, compiled
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError
from modiste.progress import Progress
from modiste.training.devices import built_for
from modiste.training.fit_options import FitOptions
from modiste.training.network_description import describe_network
from modiste.training.network_epochs import fit_parts
from modiste.training.network_figures import figures, predict
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_photos import (
    CachedViews,
    PhotoBatches,
    PixelViews,
)
from modiste.training.photo_reader import PhotoReader, spread_rows
from modiste.training.run_folder import RunFolder
from modiste.training.run_settings import run_settings

__all__ = ["FitOptions", "NetworkFit", "fit_network"]


@dataclass(frozen=True)
class NetworkFit:
    """What a fit gave.

    Parameters
    ----------
    metrics : mapping of str to float
        Figures on the validation photos at the best epoch, float32 network; see
        `modiste.training.network_epochs.figures`.
    curves : mapping of str to list of float
        Loss and validation score, one value an epoch.
    best_epoch : int
        Counted from 1.
    export : mapping
        How each exported variant compares with Keras; see `export_network`.
    """

    metrics: Mapping[str, float]
    curves: Mapping[str, list[float]]
    best_epoch: int
    export: Mapping[str, Any]


def fit_network(
    dataset: Dataset,
    out_dir: str | Path,
    config: NetworkConfig,
    options: FitOptions | None = None,
    *,
    variants: Collection[str] = DEFAULT_VARIANTS,
    progress: Progress | None = None,
) -> NetworkFit:
    """Fit a network on the training photos and write it, ready to serve.

    Writes ``network.onnx``, the other variants that agree with it closely enough,
    ``network.weights.h5`` and ``network.json`` (config, thresholds, calibration, whether it
    looks twice, vocabulary fingerprint, figures) into `out_dir`. The weights kept are those
    of the epoch with the best validation score.

    Parameters
    ----------
    dataset : Dataset
        Photos of the splits train and val are read; test is left alone.
    out_dir : path
        Made if it is not there.
    config : NetworkConfig
    options : FitOptions, optional
        With `run_dir`, a fit that was killed goes on where it was.
    variants : collection of str
        Formats to write, of `modiste.attribute_model.export.VARIANT_FILES`.
    progress : callable, optional

    Raises
    ------
    CacheRoomError
        If the frozen features do not fit on the disk; before any is computed.
    DatasetError
        If there are no training photos, or some cannot be read.
    DivergedError
        If the loss is no longer a number.
    MissingWeightsError
        If the backbone's weights cannot be had.
    RunFolderError
        If the run folder is of another run.
    """
    options = options or FitOptions()
    keras.utils.set_random_seed(options.seed)
    with built_for(options.precision, options.strategy):
        parts = build_parts(config, dataset.vocabulary)
    run = _run_folder(dataset, config, options, parts)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.cache_dir or temporary) / _frozen_fingerprint(parts, config)
        bound = {} if options.cache_bytes is None else {"max_bytes": options.cache_bytes}
        cache = FeatureCache(folder, root=options.cache_dir, **bound)
        train, val = (
            pixel_batches(dataset, split, cache, config.image_size, options, progress=progress)
            if parts.frozen is None
            else feature_batches(dataset, split, cache, parts.frozen, options, progress=progress)
            for split in (columns.TRAIN, columns.VAL)
        )
        best = fit_parts(parts, train, val, dataset.vocabulary, options, progress=progress, run=run)
        calibration = _sample(dataset, columns.TRAIN, config.image_size)
        held_out = _sample(dataset, columns.VAL, config.image_size, n_photos=512)
        answers = predict(compiled(parts.trainable), val) if len(val.labels.category) else {}
    metrics = figures(answers, val.labels, dataset.vocabulary) if answers else {}
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    network = in_float32(parts, config, dataset.vocabulary, options)
    network.save_weights(out / "network.weights.h5")
    exported = export_network(
        network,
        out,
        calibration,
        held_out if len(held_out) else calibration,
        variants=variants,
        progress=progress,
    )
    describe_network(
        out,
        dataset,
        config,
        answers,
        metrics=metrics,
        variants=exported,
        seed=options.seed,
        progress=progress,
    )
    if run is not None:
        run.finish({"validation": metrics, "best_epoch": best.best_epoch, "export": exported})
    return NetworkFit(metrics, best.curves, best.best_epoch, exported)


def in_float32(
    parts: NetworkParts, config: NetworkConfig, vocabulary: Vocabulary, options: FitOptions
) -> Any:
    """Return the network as it is served: in float32, on one device."""
    if (options.precision, options.strategy) == ("float32", "none"):
        return parts.network
    network = build_parts(replace(config, weights=None), vocabulary).network
    network.set_weights(parts.network.get_weights())
    return network


def _run_folder(
    dataset: Dataset, config: NetworkConfig, options: FitOptions, parts: NetworkParts
) -> RunFolder | None:
    if options.run_dir is None:
        return None
    return RunFolder(options.run_dir, run_settings(config, options, dataset, parts.network))


def pixel_batches(
    dataset: Dataset,
    split: str,
    cache: FeatureCache,
    size: int,
    options: FitOptions,
    *,
    progress: Progress | None = None,
) -> PhotoBatches:
    """Return batches of a split's pixels, for a network of which every layer is fitted."""
    reader = _reader(dataset, split, size, options.augmentation)
    views = PixelViews(reader, cache, progress=progress)
    seed = options.seed if split == columns.TRAIN else None
    return PhotoBatches(views, reader.labels, options.batch_size, seed)


def feature_batches(
    dataset: Dataset,
    split: str,
    cache: FeatureCache,
    frozen: Any,
    options: FitOptions,
    *,
    progress: Progress | None = None,
) -> PhotoBatches:
    """Return batches of what the frozen part makes of a split's photos."""
    reader = _reader(dataset, split, frozen.inputs[0].shape[1], options.augmentation)
    training = split == columns.TRAIN
    n_views = options.views if training else 1
    views = CachedViews(reader, cache, frozen, n_views=n_views, progress=progress)
    return PhotoBatches(
        views, reader.labels, options.batch_size, options.seed if training else None
    )


def _reader(
    dataset: Dataset,
    split: str,
    size: int,
    augmentation: AugmentationConfig = DEFAULT_AUGMENTATION,
) -> PhotoReader:
    photos = dataset.photos[dataset.photos[columns.SPLIT] == split]
    if split == columns.TRAIN and photos.empty:
        raise DatasetError(
            "A network needs photos whose split is 'train'. "
            f"Received: {len(dataset.photos)} photos, none of them"
        )
    labels = PhotoLabels.of(photos, dataset.vocabulary)
    return PhotoReader(dataset, photos, labels, size, augmentation=augmentation)


def _frozen_fingerprint(parts: NetworkParts, network: NetworkConfig) -> str:
    digest = hashlib.sha256(f"{network.backbone} {network.image_size}".encode())
    if parts.frozen is None:
        return f"pixels-{network.image_size}"
    digest.update(parts.frozen.outputs[0].dtype.encode())
    for tensor in parts.frozen.outputs:
        digest.update(str(tensor.shape).encode())
    for layer in parts.frozen.layers:
        # A layer's name may count the layers that were made before it.
        config = {key: value for key, value in layer.get_config().items() if key != "name"}
        digest.update(f"{type(layer).__name__} {config}".encode())
    for weights in parts.frozen.get_weights():
        digest.update(weights.tobytes())
    return digest.hexdigest()[:24]


def _sample(dataset: Dataset, split: str, size: int, n_photos: int = 128) -> NDArray[np.float32]:
    """Return photos spread over a split, ``(n, size, size, 3)``, to calibrate or check int8."""
    reader = _reader(dataset, split, size)
    rows = spread_rows(len(reader), n_photos)
    batches = list(reader.pixels([(row, reader.view(row, 0)) for row in rows], 64, None, ""))
    empty = np.empty((0, size, size, 3), dtype=np.uint8)
    return np.concatenate([empty, *batches]).astype(np.float32)
