"""The ways to fit that ``benchmarks/training.py`` compares; each runs in its own process."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from modiste.attribute_model import losses
from modiste.attribute_model.config import ALL_LAYERS, NetworkConfig
from modiste.attribute_model.feature_cache import FeatureCache
from modiste.attribute_model.network import OUTPUTS, NetworkParts, build_parts, compiled
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.training.network import feature_batches, pixel_batches
from modiste.training.network_epochs import FitOptions, fit_parts
from modiste.training.network_figures import predict
from modiste.training.network_labels import PhotoLabels
from modiste.training.pretrain_backbone import save_backbone

SEED = 0
_AT_ONCE = tf.data.AUTOTUNE


def fit_first(part: dict[str, Any]) -> dict[str, float]:
    """Fit every layer from nothing, and write the backbone's weights."""
    dataset = Dataset.read(part["photos"])
    config = NetworkConfig(part["backbone"], None, part["image_size"], trainable_layers=ALL_LAYERS)
    options = FitOptions(epochs=part["epochs"], batch_size=32, learning_rate=1e-3, seed=SEED)
    keras.utils.set_random_seed(SEED)
    parts = build_parts(config, dataset.vocabulary)
    cache = FeatureCache(Path(part["cache"]))
    train, val = (
        pixel_batches(dataset, split, cache, config.image_size, options)
        for split in (columns.TRAIN, columns.VAL)
    )
    fit_parts(parts, train, val, dataset.vocabulary, options)
    save_backbone(parts.backbone, Path(part["out"]), config)
    return {}


def fit_ours(part: dict[str, Any]) -> dict[str, float]:
    """Fit over cached features, as `modiste.training.network.fit_network` does."""
    dataset, parts, options = _setting(part)
    cache = FeatureCache(Path(part["cache"]))
    start = time.perf_counter()
    train, val = (
        feature_batches(dataset, split, cache, parts.frozen, options)
        for split in (columns.TRAIN, columns.VAL)
    )
    fit_parts(parts, train, val, dataset.vocabulary, options)
    seconds = time.perf_counter() - start
    test = feature_batches(dataset, columns.TEST, cache, parts.frozen, options)
    answers = predict(compiled(parts.trainable), test)["category"]
    return {"seconds": seconds, **_accuracy(answers, test.labels, train.labels)}


def fit_plain(part: dict[str, Any]) -> dict[str, float]:
    """Fit as Keras's guides do: tf.data, ``compile``, ``fit``, the best checkpoint kept."""
    dataset, parts, options = _setting(part)
    network, n_train = parts.network, int((dataset.photos[columns.SPLIT] == columns.TRAIN).sum())
    start = time.perf_counter()
    train = _pipeline(dataset, columns.TRAIN, part, moves=options.views > 1, shuffles=True)
    val, test = (
        _pipeline(dataset, split, part, moves=False, shuffles=False)
        for split in (columns.VAL, columns.TEST)
    )
    n_steps = options.epochs * -(-n_train // options.batch_size)
    n_warm_up = max(n_steps // 10, 1)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, n_steps - n_warm_up, 0.01, warmup_target=options.learning_rate, warmup_steps=n_warm_up
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=options.weight_decay, clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    by_output = {name: getattr(losses, f"{name}_loss") for name in OUTPUTS}
    by_output["category"] = partial(losses.category_loss, label_smoothing=options.label_smoothing)
    network.compile(
        optimizer=optimizer,
        loss=by_output,
        loss_weights=dict(options.loss_weights),
        metrics={"category": [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]},
        jit_compile=False,
    )
    best = Path(part["cache"]).with_suffix(".weights.h5")
    best.parent.mkdir(parents=True, exist_ok=True)
    kept = keras.callbacks.ModelCheckpoint(
        best, "val_category_accuracy", mode="max", save_best_only=True, save_weights_only=True
    )
    network.fit(
        train,
        validation_data=val,
        epochs=options.epochs,
        callbacks=[kept],
        verbose=0,
        shuffle=False,  # the pipeline does
    )
    network.load_weights(best)
    seconds = time.perf_counter() - start
    answers = network.predict(test, verbose=0)["category"]
    return {"seconds": seconds, **_accuracy(answers, _labels(dataset, columns.TEST))}


def _setting(part: dict[str, Any]) -> tuple[Dataset, NetworkParts, FitOptions]:
    dataset = Dataset.read(part["photos"])
    config = NetworkConfig(
        part["backbone"], part["weights"], part["image_size"], trainable_layers=part["layers"]
    )
    keras.utils.set_random_seed(SEED)
    parts = build_parts(config, dataset.vocabulary)
    options = FitOptions(epochs=part["epochs"], views=part["views"], batch_size=64, seed=SEED)
    return dataset, parts, options


def _labels(dataset: Dataset, split: str) -> PhotoLabels:
    return PhotoLabels.of(
        dataset.photos[dataset.photos[columns.SPLIT] == split], dataset.vocabulary
    )


def _pipeline(
    dataset: Dataset, split: str, part: dict[str, Any], *, moves: bool, shuffles: bool
) -> Any:
    photos = dataset.photos[dataset.photos[columns.SPLIT] == split]
    files = [str(dataset.image_path(image)) for image in photos[columns.IMAGE]]
    side = part["image_size"]

    def read(file: Any, targets: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        pixels = tf.io.decode_image(tf.io.read_file(file), channels=3, expand_animations=False)
        pixels = tf.image.resize(pixels, (side, side), antialias=True)
        if not moves:
            return pixels, targets
        pixels = tf.image.random_brightness(pixels, 30.0)
        pixels = tf.clip_by_value(tf.image.random_contrast(pixels, 0.8, 1.2), 0.0, 255.0)
        x1, y1, x2, y2 = tf.unstack(targets["box"])
        turned = tf.where(x1 < 0, targets["box"], tf.stack([1 - x2, y1, 1 - x1, y2]))
        if tf.random.uniform([]) < 0.5:
            return tf.image.flip_left_right(pixels), {**targets, "box": turned}
        return pixels, targets

    rows = tf.data.Dataset.from_tensor_slices((files, _labels(dataset, split).targets()))
    if shuffles:
        rows = rows.shuffle(len(files), seed=SEED)
    return rows.map(read, num_parallel_calls=_AT_ONCE).batch(64).prefetch(_AT_ONCE)


def _accuracy(
    answers: Any, labels: PhotoLabels, train: PhotoLabels | None = None
) -> dict[str, float]:
    known = labels.category >= 0
    right = np.argmax(answers, axis=-1)[known] == labels.category[known]
    found = {"accuracy": float(right.mean())}
    if train is not None:
        most = np.bincount(train.category[train.category >= 0]).argmax()
        found["majority"] = float((labels.category[known] == most).mean())
    return found
