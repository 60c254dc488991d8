"""What a run leaves behind: its settings, state, log, curves and figures in one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from modiste.errors import ModisteError
from modiste.training.checkpoint import Checkpoint, EpochRow, replaced
from modiste.training.curves import draw_curves
from modiste.training.event_file import EventFile
from modiste.training.run_settings import differences

SCHEMA_VERSION = 1

CONFIG_FILE = "config.json"
CHECKPOINT_FILE = "checkpoint/latest.npz"
LOG_FILE = "log.jsonl"
CURVES_FILE = "curves.png"
METRICS_FILE = "metrics.json"
TENSORBOARD_FOLDER = "tensorboard"

_LIBRARIES = ("modiste", "keras", "tensorflow", "numpy")


class RunFolderError(ModisteError):
    """A run folder belongs to another run, or is none."""


class RunFolder:
    """A folder that a fit writes after each epoch and resumes from.

    It holds ``config.json`` (settings, versions of the libraries), ``checkpoint/``,
    ``log.jsonl`` (a line an epoch), ``curves.png``, ``tensorboard/`` and, once the fit is
    done, ``metrics.json``. Whatever moment the fit is killed at, the next one with the same
    folder and the same settings goes on after the last whole epoch.

    Parameters
    ----------
    path : path
        Made if it is not there; otherwise a run folder of the same settings.
    settings : mapping
        JSON values; see `modiste.training.run_settings.run_settings`.

    Raises
    ------
    RunFolderError
        If the folder holds other files, or a run whose settings differ; says which.
    """

    def __init__(
        self,
        path: str | Path,
        settings: Mapping[str, Any],
    ) -> None:
        self.path = Path(path)
        self._events: EventFile | None = None
        config = self.path / CONFIG_FILE
        if config.is_file():
            self._check(config, settings)
            self._remove_leftovers()
            return
        if self.path.exists() and any(not _is_unfinished(one) for one in self.path.iterdir()):
            raise RunFolderError(
                "A run begins in a new or empty folder, or goes on in one with a "
                f"{CONFIG_FILE}. Name another. Received: {self.path}, which holds other files"
            )
        described = {
            "schema_version": SCHEMA_VERSION,
            "settings": settings,
            "versions": {name: version(name) for name in _LIBRARIES},
        }
        # First of all, so that a folder without it never was a run's.
        self.path.mkdir(parents=True, exist_ok=True)
        self._remove_leftovers()
        _write_text(config, json.dumps(described, indent=1, allow_nan=False) + "\n")

    def checkpoint(self) -> Checkpoint | None:
        """Return the state after the last whole epoch, None before the first.

        Raises
        ------
        CheckpointError
            If it is damaged.
        """
        path = self.path / CHECKPOINT_FILE
        return Checkpoint.read(path) if path.is_file() else None

    def save_epoch(self, checkpoint: Checkpoint, n_epochs: int) -> None:
        """Write down the epoch that has just ended."""
        if self._events is None:
            self._events = EventFile(self.path / TENSORBOARD_FOLDER)
        # Before the state: a fit killed in between repeats the epoch, and its points with it.
        self._events.write(checkpoint.epochs_done, checkpoint.history[-1])
        (self.path / CHECKPOINT_FILE).parent.mkdir(exist_ok=True)
        checkpoint.write(self.path / CHECKPOINT_FILE)
        self.write_log(checkpoint, n_epochs)

    def write_log(self, checkpoint: Checkpoint, n_epochs: int) -> None:
        """Write the log and the curves of a state; called on resuming, they are made whole."""
        lines = [json.dumps(row, allow_nan=False) + "\n" for row in checkpoint.history]
        _write_text(self.path / LOG_FILE, "".join(lines))
        drawn = curves_of(checkpoint.history)
        draw_curves(self.path / CURVES_FILE, drawn, checkpoint.best_epoch, n_epochs)

    def finish(self, metrics: Mapping[str, Any]) -> None:
        """Write what the whole run came to, and close the TensorBoard log."""
        if self._events is not None:
            self._events.close()
            self._events = None
        text = json.dumps(metrics, indent=1, allow_nan=False) + "\n"
        _write_text(self.path / METRICS_FILE, text)

    def _remove_leftovers(self) -> None:
        for folder in (self.path, (self.path / CHECKPOINT_FILE).parent):
            for one in folder.glob(".*"):
                if _is_unfinished(one):
                    one.unlink()

    def _check(self, config: Path, settings: Mapping[str, Any]) -> None:
        try:
            described = json.loads(config.read_text(encoding="utf-8"))
            version_found, before = described["schema_version"], described["settings"]
        except (ValueError, KeyError, TypeError) as error:
            raise RunFolderError(
                f"{config} must be written by modiste. Name another folder. Received: {error!r}"
            ) from error
        if version_found != SCHEMA_VERSION:
            raise RunFolderError(
                f"{config} must be of version {SCHEMA_VERSION}. Name another folder, or use the "
                f"modiste that wrote it. Received: {version_found}"
            )
        found = differences(before, settings)
        if found:
            raise RunFolderError(
                f"A run resumes only with the settings it began with. Name another folder than "
                f"{self.path}, or give what it was begun with. Received: " + "; ".join(found)
            )


def curves_of(history: Sequence[EpochRow]) -> dict[str, list[float]]:
    """Return each figure of the epochs as one list; NaN where an epoch has none."""
    names = dict.fromkeys(name for row in history for name in row)
    return {
        name: [np.nan if (value := row.get(name)) is None else value for row in history]
        for name in names
    }


def _is_unfinished(path: Path) -> bool:
    """Return whether a file is what a killed `replaced` leaves: a name, hidden, and a number."""
    names = (Path(CHECKPOINT_FILE).name, CONFIG_FILE, LOG_FILE, CURVES_FILE, METRICS_FILE)
    return any(path.name.startswith(f".{name}.") for name in names)


def _write_text(path: Path, text: str) -> None:
    with replaced(path) as file:
        file.write(text.encode())
