"""The state of a fit after an epoch, in one file that is there whole or not at all."""

from __future__ import annotations

import json
import os
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from modiste.errors import ModisteError

SCHEMA_VERSION = 1

Arrays = list[NDArray[Any]]
#: What was measured in one epoch, by name; None where there was nothing to measure.
EpochRow = dict[str, float | None]

_PARTS = ("model", "optimizer", "best")


class CheckpointError(ModisteError):
    """A checkpoint cannot be read, or does not fit the network."""


@dataclass(frozen=True)
class Checkpoint:
    """All that a fit needs to go on as if it had not been interrupted.

    The order of the photos is not in it: that follows from the seed and the epoch's number.

    Parameters
    ----------
    best_epoch : int
        Counted from 1.
    history : sequence of dict
        One row an epoch done.
    model : list of ndarray
        ``model.variables`` in their order: weights, running statistics, and the states of
        the layers that draw random numbers.
    optimizer : list of ndarray
        ``optimizer.variables`` in their order, the number of steps among them.
    best : list of ndarray
        ``model.get_weights()`` at the best epoch.
    """

    best_epoch: int
    history: Sequence[EpochRow]
    model: Arrays
    optimizer: Arrays
    best: Arrays

    @property
    def epochs_done(self) -> int:
        """How many epochs are behind it."""
        return len(self.history)

    def write(self, path: Path) -> None:
        """Write it in place of the one before."""
        described = {
            "schema_version": SCHEMA_VERSION,
            "best_epoch": self.best_epoch,
            "history": list(self.history),
            "n_arrays": {part: len(getattr(self, part)) for part in _PARTS},
        }
        arrays = {
            f"{part}_{i:05d}": array
            for part in _PARTS
            for i, array in enumerate(getattr(self, part))
        }
        text = json.dumps(described, allow_nan=False)
        with replaced(path) as file:
            np.savez(file, described=np.array(text), **arrays)

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read what `write` wrote.

        Raises
        ------
        CheckpointError
            If the file is damaged or of another version.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                described = json.loads(str(stored["described"]))
                parts = {
                    part: [stored[f"{part}_{i:05d}"] for i in range(n_arrays)]
                    for part, n_arrays in described["n_arrays"].items()
                }
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise CheckpointError(
                f"{path} must be a checkpoint as modiste writes it. Remove its run folder to "
                f"begin anew. Received: {type(error).__name__}: {error}"
            ) from error
        if described["schema_version"] != SCHEMA_VERSION:
            raise CheckpointError(
                f"{path} must be of version {SCHEMA_VERSION}. Remove its run folder to begin "
                f"anew, or use the modiste that wrote it. Received: {described['schema_version']}"
            )
        return cls(described["best_epoch"], described["history"], **parts)


def assign(variables: Sequence[Any], values: Sequence[NDArray[Any]]) -> None:
    """Give Keras variables the values of a checkpoint.

    Raises
    ------
    CheckpointError
        If their number or a shape differs; nothing is assigned then.
    """
    expected = [tuple(variable.shape) for variable in variables]
    received = [tuple(value.shape) for value in values]
    if expected != received:
        places = [i for i, (a, b) in enumerate(zip(expected, received, strict=False)) if a != b]
        first = "" if not places else f", number {places[0]} of shape {received[places[0]]}"
        wanted = "" if not places else f", number {places[0]} of shape {expected[places[0]]}"
        raise CheckpointError(
            f"A checkpoint must hold the network's {len(expected)} variables{wanted}. Begin "
            f"anew in another run folder. Received: {len(received)} variables{first}"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write that takes its place only when it is whole and on the disk."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
