"""Write a fitted network for serving, in every format that agrees closely enough with it.

Each variant answers the held-out photos and is compared with Keras; one that misses its
gate is removed, and the log says by how much.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.export_gate import Agreement, Answers, Gate, compare
from modiste.attribute_model.export_int8 import write_int8
from modiste.attribute_model.export_litert import LITERT_FILES, litert_answers, write_litert
from modiste.attribute_model.export_onnx import onnx_answers, write_float32
from modiste.attribute_model.network import OUTPUTS, compiled
from modiste.attribute_model.runtime import NETWORK_FILES
from modiste.errors import ReleaseError
from modiste.progress import Progress, track

logger = logging.getLogger(__name__)

#: Name and file of each variant; float32 is always written, and the others are optional.
VARIANT_FILES = {
    "float32": NETWORK_FILES["float32"],
    "int8": NETWORK_FILES["int8"],
    "litert_float16": LITERT_FILES["float16"],
    "litert_int8": LITERT_FILES["int8"],
    "litert_integer": LITERT_FILES["integer"],
}
#: What serving reads.
DEFAULT_VARIANTS = ("float32", "int8")
#: What Android runs; converting takes a minute or more. The full-integer network has yet to
#: pass its gate, so that it is made where it is asked for by name.
LITERT_VARIANTS = ("litert_float16", "litert_int8")
_ANSWERS = {".onnx": onnx_answers, ".tflite": litert_answers}
_BATCH = 32


def export_network(
    network: Any,
    out: Path,
    calibration: NDArray[np.float32],
    held_out: NDArray[np.float32],
    *,
    variants: Collection[str] = DEFAULT_VARIANTS,
    gate: Gate | None = None,
    progress: Progress | None = None,
) -> dict[str, dict[str, Any]]:
    """Write the variants of a network that pass the gate.

    Parameters
    ----------
    network : keras.Model
        From ``(batch, size, size, 3)`` RGB in 0..255 to a dict of outputs.
    out : path
        An existing directory.
    calibration : ndarray
        Training photos, ``(n, size, size, 3)`` float32, that int8 ranges are taken from.
    held_out : ndarray
        Other photos, shaped likewise, on which each variant is compared with Keras. With n
        of them, one photo is 1/n of the agreement.
    variants : collection of str
        Of `VARIANT_FILES`; float32, from which int8 is made, is written anyway.
    gate : Gate, optional
    progress : callable, optional

    Returns
    -------
    dict
        One entry a variant: ``file``, ``published``, ``missed`` (what the gate asked for
        and it was not, in words) and the figures of `Agreement`.

    Raises
    ------
    ValueError
        If a variant is unknown, or there are no held-out photos.
    ReleaseError
        If the float32 network misses the gate: nothing could be served.
    """
    unknown = set(variants) - set(VARIANT_FILES)
    if unknown:
        raise ValueError(
            f"variants must be of {', '.join(VARIANT_FILES)}. Received: {sorted(unknown)}"
        )
    chosen = [name for name in VARIANT_FILES if name == "float32" or name in variants]
    gate = gate or Gate()
    expected = _keras_answers(network, held_out)
    _write(network, out, calibration, chosen)
    described = {}
    for name in track(chosen, len(chosen), "exported networks compared", progress):
        path = out / VARIANT_FILES[name]
        answers = _ANSWERS[path.suffix](path, held_out)
        described[name] = _publish(path, compare(answers, expected), gate)
    return described


def _write(
    network: Any, out: Path, calibration: NDArray[np.float32], variants: Collection[str]
) -> None:
    float32 = out / VARIANT_FILES["float32"]
    write_float32(network, float32)
    if "int8" in variants:
        write_int8(float32, out / VARIANT_FILES["int8"], calibration)
    precisions = [p for p, file in LITERT_FILES.items() if file in map(VARIANT_FILES.get, variants)]
    if precisions:
        write_litert(network, out, calibration, precisions)


def _publish(path: Path, found: Agreement, gate: Gate) -> dict[str, Any]:
    """Keep the file if it passes the gate, and describe it either way."""
    missed = found.misses(gate)
    if missed:
        path.unlink()
        told = f"{path.name} is not published: on {found.n_photos} photos, {'; '.join(missed)}."
        if path.name == VARIANT_FILES["float32"]:
            raise ReleaseError(
                "The exported network must answer as the fitted one does; report this with the "
                f"network's config. Received: {told}"
            )
        logger.warning(told)
    return {
        "file": path.name,
        "published": not missed,
        "missed": list(missed),
        **asdict(found),
    }


def _keras_answers(network: Any, photos: NDArray[np.float32]) -> Answers:
    answer = compiled(network)
    batches = [answer(photos[start : start + _BATCH]) for start in range(0, len(photos), _BATCH)]
    return {name: np.concatenate([np.asarray(b[name]) for b in batches]) for name in OUTPUTS}
