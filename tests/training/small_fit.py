"""A fit of a few steps; run as a program, it stops in the middle and waits to be killed."""

import sys
import time
from pathlib import Path

import keras
import numpy as np

from modiste.attribute_model.network import NetworkParts
from modiste.data.vocabulary import Vocabulary
from modiste.training.devices import built_for
from modiste.training.fit_options import FitOptions
from modiste.training.network_epochs import fit_parts
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_photos import PhotoBatches
from modiste.training.run_folder import RunFolder
from modiste.training.run_settings import weights_fingerprint

VOCABULARY = Vocabulary(("Tall", "Wide"), ("full", "upper"), ("red", "blue"), ("style", "style"))
OPTIONS = FitOptions(epochs=4, batch_size=8, learning_rate=2e-2, ema=0.8, seed=3)
N_PHOTOS, N_FEATURES = 30, 6
N_STEPS = 4
STOP_AT = 2 * N_STEPS + 2  # in the middle of the third epoch


class Features:
    """Features of photos, moved a little in each view."""

    def __init__(self, values, box):
        self.values, self.box = values, box

    def batch(self, rows, rng):
        noise = 0 if rng is None else rng.normal(0, 0.1, (len(rows), N_FEATURES))
        return [(self.values[rows] + noise).astype(np.float32)], self.box[rows]


def batches(seed, batch_size=OPTIONS.batch_size):
    rng = np.random.default_rng(0 if seed is None else 1)
    category = (np.arange(N_PHOTOS) % 2).astype(np.int32)
    red = np.arange(N_PHOTOS) // 2 % 2
    values = rng.normal(0, 0.5, (N_PHOTOS, N_FEATURES))
    values[:, 0] += 2 * category
    values[:, 1] += 2 * red
    box = np.tile(np.float32([0.2, 0.2, 0.6, 0.8]), (N_PHOTOS, 1))
    box[category == 1] = [0.3, 0.4, 0.9, 0.7]
    attributes = np.stack([red, 1 - red], axis=1).astype(np.int8)
    labels = PhotoLabels(np.arange(N_PHOTOS, dtype=np.int32) // 2, category, box, attributes)
    return PhotoBatches(Features(values, box), labels, batch_size, seed)


def build(options=OPTIONS, *, drops=True):
    """Build four heads over a layer with every kind of state: dropout, running statistics."""
    keras.utils.set_random_seed(options.seed)
    with built_for(options.precision, options.strategy):
        features = keras.Input((N_FEATURES,), name="features")
        x = keras.layers.Dense(16, activation="relu", name="hidden")(features)
        if drops:
            x = keras.layers.BatchNormalization(name="scaled")(x)
            x = keras.layers.Dropout(0.3, name="dropped")(x)
        dense = keras.layers.Dense
        edges = dense(4, activation="sigmoid", dtype="float32", name="edges")(x)
        outputs = {
            "category": dense(2, activation="softmax", dtype="float32", name="category")(x),
            "box": keras.layers.Rescaling(1.0, dtype="float32", name="box")(edges),
            "attributes": dense(2, activation="sigmoid", dtype="float32", name="attributes")(x),
            "embedding": keras.layers.UnitNormalization(dtype="float32", name="embedding")(
                dense(4, name="embedding_linear")(x)
            ),
        }
        model = keras.Model(features, outputs)
    return NetworkParts(network=model, frozen=None, trainable=model, backbone=None)


def run_folder(path, parts, options=OPTIONS):
    settings = {"options": options.to_json(), "weights": weights_fingerprint(parts.network)}
    return RunFolder(path, settings)


def small_fit(path=None, options=OPTIONS, *, drops=True, progress=None):
    """Return the fitted model and the `BestEpoch`."""
    parts = build(options, drops=drops)
    run = None if path is None else run_folder(path, parts, options)
    train, val = (batches(seed, options.batch_size) for seed in (options.seed, None))
    best = fit_parts(parts, train, val, VOCABULARY, options, progress=progress, run=run)
    return parts.trainable, best


def _stop(done, total, what):
    if what.startswith("steps") and done == STOP_AT:
        sys.stdout.write("stopped\n")
        sys.stdout.flush()
        time.sleep(600)


if __name__ == "__main__":
    small_fit(Path(sys.argv[1]), progress=_stop)
