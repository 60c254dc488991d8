"""What fixes the result of a run: a run folder is resumed only where all of it is the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from modiste.attribute_model.config import NetworkConfig
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.training.fit_options import FitOptions


def run_settings(
    config: NetworkConfig, options: FitOptions, dataset: Dataset, network: Any
) -> dict[str, Any]:
    """Return what fixes the result of a fit, as JSON values.

    Parameters
    ----------
    config : NetworkConfig
    options : FitOptions
    dataset : Dataset
        Its tables and the bytes of its training and validation photos count.
    network : keras.Model
        As it was built: its weights are what the fit begins with.
    """
    return {
        "network": asdict(config.named()),
        "options": options.to_json(),
        "data": data_fingerprint(dataset),
        "initial_weights": weights_fingerprint(network),
    }


def data_fingerprint(dataset: Dataset) -> str:
    """Return the SHA-256, as hexadecimal, of a dataset's tables and the photos fitted on."""
    fitted_on = dataset.photos[columns.SPLIT].isin((columns.TRAIN, columns.VAL))
    paths = [dataset.image_path(image) for image in dataset.photos[columns.IMAGE][fitted_on]]
    digest = hashlib.sha256(dataset.fingerprint.encode())
    with ThreadPoolExecutor() as pool:
        for part in pool.map(_photo_hash, paths):
            digest.update(part)
    return digest.hexdigest()


def _photo_hash(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def weights_fingerprint(model: Any) -> str:
    """Return the SHA-256 of a Keras model's weights in their order, as hexadecimal."""
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(f"{weights.dtype} {weights.shape}".encode())
        digest.update(weights.tobytes())
    return digest.hexdigest()


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return one line for each setting that differs: its dotted name, before and now."""
    first, second = dict(_flat("", before)), dict(_flat("", now))
    return [
        f"{name}: {first.get(name, 'not there')} before, {second.get(name, 'not there')} now"
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    ]


def _flat(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", json.dumps(value)
