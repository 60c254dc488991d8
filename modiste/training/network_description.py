"""What is written about a fitted network: how its scores are read, and how it did.

Everything here is decided on the validation photos: the calibration of its scores, the
score from which an attribute is named, and whether it looks at the box a second time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.calibration import Calibration
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.network_file import NETWORK_JSON, SCHEMA_VERSION
from modiste.attribute_model.runtime import Detector
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.progress import Progress
from modiste.training.attribute_thresholds import f1_thresholds
from modiste.training.calibration import fit_calibration
from modiste.training.network_evaluation import answers_of, see
from modiste.training.network_labels import PhotoLabels
from modiste.training.second_look import second_look_gain

#: Threshold, above every score, of an attribute that the training photos never show.
NEVER_NAMED = 2.0


def describe_network(
    out: Path,
    dataset: Dataset,
    config: NetworkConfig,
    answers: Mapping[str, NDArray[np.float32]],
    *,
    metrics: Mapping[str, float],
    variants: Mapping[str, Any],
    seed: int,
    progress: Progress | None = None,
) -> None:
    """Write ``network.json`` beside the exported networks.

    Parameters
    ----------
    out : Path
        Holds the exported float32 network.
    dataset : Dataset
    config : NetworkConfig
    answers : mapping of str to ndarray
        The network's answers to the validation photos by output, in their order; empty
        where there are none, and nothing is calibrated then.
    metrics : mapping of str to float
        On the same photos.
    variants : mapping
        What `export_network` returned.
    seed : int
        Of the folds that choose a calibration, and of the bootstrap.
    progress : callable, optional
    """
    photos = dataset.photos
    val = photos[photos[columns.SPLIT] == columns.VAL].reset_index(drop=True)
    train = photos[photos[columns.SPLIT] == columns.TRAIN]
    shown = (PhotoLabels.of(train, dataset.vocabulary).attributes == 1).any(axis=0)
    description: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "config": json.loads(config.named().to_json()),
        "vocabulary_fingerprint": dataset.vocabulary.fingerprint,
        "metrics": dict(metrics),
        "variants": dict(variants),
    }
    labels = PhotoLabels.of(val, dataset.vocabulary)
    calibration = (
        fit_calibration(answers, labels, dataset.vocabulary, seed=seed) if answers else None
    )
    _write(out, description, calibration, _thresholds(calibration, answers, labels, shown))
    if not answers or not (labels.box[:, 0] >= 0).any():
        return
    detector = Detector.load(out, dataset.vocabulary)
    gain = second_look_gain(detector, dataset, seed=seed, progress=progress)
    description["second_look_gain"] = gain.to_json()
    description["second_look_box"] = gain.helps_box
    if gain.helps:
        # What is calibrated must be what will be answered.
        description["second_look"] = True
        twice = replace(detector, second_look=True, calibration=None)
        answers = answers_of(see(twice, dataset, val, progress))
        calibration = fit_calibration(answers, labels, dataset.vocabulary, seed=seed)
    _write(out, description, calibration, _thresholds(calibration, answers, labels, shown))


def _thresholds(
    calibration: Calibration | None,
    answers: Mapping[str, NDArray[np.float32]],
    labels: PhotoLabels,
    shown: NDArray[np.bool_],
) -> NDArray[np.float32]:
    thresholds = np.full(len(shown), 0.5, dtype=np.float32)
    if calibration is not None:
        thresholds = f1_thresholds(calibration.apply(answers["attributes"]), labels.attributes)
    # What no training photo shows is not known, however the network scores it.
    thresholds[~shown] = NEVER_NAMED
    return thresholds


def _write(
    out: Path,
    description: Mapping[str, Any],
    calibration: Calibration | None,
    thresholds: NDArray[np.float32],
) -> None:
    whole = {
        **description,
        "thresholds": [round(float(value), 4) for value in thresholds],
        "calibration": calibration.to_json() if calibration else None,
    }
    (out / NETWORK_JSON).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
