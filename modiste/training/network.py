"""Fit the network on a dataset's photos.

One path for two ways: the last layers over cached features of the frozen part, or, with
``trainable_layers=-1``, everything from the pixels.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model import losses
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.export import export_network
from modiste.attribute_model.feature_cache import FeatureCache
from modiste.attribute_model.network import OUTPUTS, NetworkParts, build_parts
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError
from modiste.progress import Progress
from modiste.training import network_metrics
from modiste.training.network_photos import (
    CachedViews,
    PhotoBatches,
    PhotoLabels,
    PhotoReader,
    PixelViews,
)

#: What each head's loss counts for.
LOSS_WEIGHTS = {"category": 1.0, "box": 2.0, "attributes": 1.0, "embedding": 0.5}


@dataclass(frozen=True)
class FitOptions:
    """How a network is fitted.

    Parameters
    ----------
    epochs : int
    batch_size : int
    learning_rate : float
        The highest; reached after a tenth of the steps, then lowered along a cosine.
    weight_decay : float
    views : int
        Views of each photo that go through the frozen part: the photo itself and
        ``views - 1`` random ones. Networks without a frozen part draw anew every epoch if
        it is above 1.
    cache_dir : Path or None
        Where frozen features are kept between runs; None keeps them for this run only.
    seed : int
    loss_weights : mapping of str to float
        By output of the network.

    Raises
    ------
    ValueError
        If a value is out of range.
    """

    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    views: int = 2
    cache_dir: Path | None = None
    seed: int = 0
    loss_weights: Mapping[str, float] = field(default_factory=lambda: dict(LOSS_WEIGHTS))

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "views"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1. Received: {getattr(self, name)}")
        for name in ("learning_rate", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative. Received: {getattr(self, name)}")
        if set(self.loss_weights) != set(OUTPUTS):
            raise ValueError(
                f"loss_weights needs one number for each of {', '.join(OUTPUTS)}. "
                f"Received: {dict(self.loss_weights)}"
            )


@dataclass(frozen=True)
class NetworkFit:
    """What a fit gave.

    Parameters
    ----------
    metrics : mapping of str to float
        Figures on the validation photos at the best epoch, float32 network; see `figures`.
    curves : mapping of str to list of float
        Loss and validation score, one value an epoch.
    best_epoch : int
        Counted from 1.
    export : mapping
        How the int8 network compares with the float32 one.
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
    progress: Progress | None = None,
) -> NetworkFit:
    """Fit a network on the training photos and write it, ready to serve.

    Writes ``network.onnx``, ``network.int8.onnx``, ``network.weights.h5`` and
    ``network.json`` (config, thresholds, vocabulary fingerprint, figures) into `out_dir`.
    The weights kept are those of the epoch with the best validation score.

    Parameters
    ----------
    dataset : Dataset
        Photos of the splits train and val are read; test is left alone.
    out_dir : path
        Made if it is not there.
    config : NetworkConfig
    options : FitOptions, optional
    progress : callable, optional

    Raises
    ------
    DatasetError
        If there are no training photos.
    MissingWeightsError
        If the backbone's weights cannot be had.
    """
    options = options or FitOptions()
    keras.utils.set_random_seed(options.seed)
    parts = build_parts(config, dataset.vocabulary)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.cache_dir or temporary) / _frozen_fingerprint(parts, config)
        cache = FeatureCache(folder)
        train, val = (
            pixel_batches(dataset, split, cache, config.image_size, options, progress=progress)
            if parts.frozen is None
            else feature_batches(dataset, split, cache, parts.frozen, options, progress=progress)
            for split in (columns.TRAIN, columns.VAL)
        )
        best = fit_parts(parts, train, val, dataset.vocabulary, options, progress=progress)
        calibration = _sample(dataset, columns.TRAIN, config.image_size)
        held_out = _sample(dataset, columns.VAL, config.image_size)
    metrics, thresholds = {}, np.full(len(dataset.vocabulary.attributes), 0.5, dtype=np.float32)
    if len(val.labels.category):
        answers = predict(parts.trainable, val)
        metrics = figures(answers, val.labels, dataset.vocabulary)
        thresholds = network_metrics.f1_thresholds(answers["attributes"], val.labels.attributes)
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    parts.network.save_weights(out / "network.weights.h5")
    export = export_network(
        parts.network, out, calibration, held_out if len(held_out) else calibration
    )
    description = {
        "schema_version": 1,
        "config": json.loads(config.to_json()),
        "vocabulary_fingerprint": dataset.vocabulary.fingerprint,
        "thresholds": [round(float(value), 4) for value in thresholds],
        "metrics": metrics,
        "int8": export,
    }
    (out / "network.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    return NetworkFit(metrics, best.curves, best.best_epoch, export)


def fit_parts(
    parts: NetworkParts,
    train: PhotoBatches,
    val: PhotoBatches,
    vocabulary: Vocabulary,
    options: FitOptions,
    *,
    progress: Progress | None = None,
    resume: Path | None = None,
) -> BestEpoch:
    """Fit the trainable part in place and leave it at its best epoch.

    With `resume`, a directory, the state after each epoch is kept there until the fit ends,
    and a fit that was interrupted goes on from it.
    """
    n_steps = options.epochs * len(train)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(n_steps - n_steps // 10, 1),
        alpha=0.01,
        warmup_target=options.learning_rate,
        warmup_steps=max(n_steps // 10, 1),
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=options.weight_decay, clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    parts.trainable.compile(
        optimizer=optimizer,
        loss={name: getattr(losses, f"{name}_loss") for name in OUTPUTS},
        loss_weights=dict(options.loss_weights),
        jit_compile=False,
    )
    best = BestEpoch(val, vocabulary, options.epochs, progress)
    callbacks: list[Any] = [best]
    if resume is not None:
        callbacks.append(keras.callbacks.BackupAndRestore(resume))
    parts.trainable.fit(
        train, epochs=options.epochs, callbacks=callbacks, verbose=0, shuffle=False
    )
    best.restore()
    return best


class BestEpoch(keras.callbacks.Callback):  # type: ignore[misc]
    """Score the validation photos after each epoch and keep the best weights."""

    def __init__(
        self, val: PhotoBatches, vocabulary: Vocabulary, epochs: int, progress: Progress | None
    ) -> None:
        super().__init__()
        self.val = val
        self.vocabulary = vocabulary
        self.epochs = epochs
        self.progress = progress
        self.curves: dict[str, list[float]] = {"loss": [], "score": []}
        self.best_epoch = 0
        self._weights: list[NDArray[np.float32]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score, and remember the weights if they are the best so far."""
        score = float("nan")
        if len(self.val.labels.category):
            found = figures(predict(self.model, self.val), self.val.labels, self.vocabulary)
            score = overall(found)
        best = max((s for s in self.curves["score"] if s == s), default=-np.inf)
        if not score <= best:  # also where there is nothing to score: the last epoch is kept
            self.best_epoch = epoch + 1
            self._weights = self.model.get_weights()
        self.curves["loss"].append(float((logs or {}).get("loss", float("nan"))))
        self.curves["score"].append(score)
        if self.progress is not None:
            self.progress(epoch + 1, self.epochs, f"epochs of the network, score {score:.3f}")

    def restore(self) -> None:
        """Put the best weights back."""
        if self._weights:
            self.model.set_weights(self._weights)


def predict(model: Any, batches: PhotoBatches) -> dict[str, NDArray[np.float32]]:
    """Return the network's answers to every photo, in the order of the batches."""
    answers: dict[str, list[NDArray[np.float32]]] = {name: [] for name in OUTPUTS}
    for i in range(len(batches)):
        found = model.predict_on_batch(batches[i][0])
        for name in OUTPUTS:
            answers[name].append(np.asarray(found[name], dtype=np.float32))
    return {name: np.concatenate(arrays) for name, arrays in answers.items()}


def figures(
    answers: Mapping[str, NDArray[np.float32]], labels: PhotoLabels, vocabulary: Vocabulary
) -> dict[str, float]:
    """Return the figures of a network's answers; those without labels are left out."""
    scores, truth = answers["attributes"], labels.attributes
    has_box = labels.box[:, 0] >= 0
    overlap = network_metrics.box_overlap(answers["box"][has_box], labels.box[has_box])
    recalls = network_metrics.attribute_recall_by_type(scores, truth, vocabulary.attribute_types, 1)
    found = {
        "category_top_1": network_metrics.top_k_accuracy(answers["category"], labels.category, 1),
        "category_top_5": network_metrics.top_k_accuracy(answers["category"], labels.category, 5),
        "attribute_recall_top_3": network_metrics.attribute_recall(scores, truth, 3),
        "attribute_recall_top_5": network_metrics.attribute_recall(scores, truth, 5),
        "box_iou": float(overlap.mean()) if len(overlap) else float("nan"),
    }
    found |= {f"first_of_type_recall_{kind}": value for kind, value in recalls.items()}
    return {name: value for name, value in found.items() if not np.isnan(value)}


def overall(found: Mapping[str, float]) -> float:
    """Return one score to choose an epoch by: the mean of the heads' figures."""
    names = ("category_top_1", "attribute_recall_top_5", "first_of_type_recall_pooled", "box_iou")
    values = [found[name] for name in names if name in found]
    return float(np.mean(values)) if values else float("nan")


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
    reader = _reader(dataset, split, size)
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
    reader = _reader(dataset, split, frozen.inputs[0].shape[1])
    training = split == columns.TRAIN
    n_views = options.views if training else 1
    views = CachedViews(
        reader, cache, frozen, n_views=n_views, seed=options.seed, progress=progress
    )
    return PhotoBatches(
        views, reader.labels, options.batch_size, options.seed if training else None
    )


def _reader(dataset: Dataset, split: str, size: int) -> PhotoReader:
    photos = dataset.photos[dataset.photos[columns.SPLIT] == split]
    if split == columns.TRAIN and photos.empty:
        raise DatasetError(
            "A network needs photos whose split is 'train'. "
            f"Received: {len(dataset.photos)} photos, none of them"
        )
    return PhotoReader(dataset, photos, PhotoLabels.of(photos, dataset.vocabulary), size)


def _frozen_fingerprint(parts: NetworkParts, config: NetworkConfig) -> str:
    digest = hashlib.sha256(f"{config.backbone} {config.image_size}".encode())
    if parts.frozen is None:
        return f"pixels-{config.image_size}"
    for tensor in parts.frozen.outputs:
        digest.update(str(tensor.shape).encode())
    for weights in parts.frozen.get_weights():
        digest.update(weights.tobytes())
    return digest.hexdigest()[:24]


def _sample(
    dataset: Dataset, split: str, size: int, n_photos: int = 128
) -> NDArray[np.float32]:
    """Return photos spread over a split, ``(n, size, size, 3)``, to calibrate or check int8."""
    reader = _reader(dataset, split, size)
    rows = range(0, len(reader), max(len(reader) // n_photos, 1))[:n_photos]
    batches = list(reader.pixels([(row, reader.view(row, 0, 0)) for row in rows], 64, None, ""))
    empty = np.empty((0, size, size, 3), dtype=np.uint8)
    return np.concatenate([empty, *batches]).astype(np.float32)
