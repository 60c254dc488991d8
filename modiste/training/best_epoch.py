"""After each epoch: score it, keep the best weights, write the state down."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from modiste.attribute_model.network import compiled
from modiste.data.vocabulary import Vocabulary
from modiste.errors import ModisteError
from modiste.progress import Progress
from modiste.training.checkpoint import Arrays, Checkpoint, EpochRow, assign
from modiste.training.fit_options import FitOptions
from modiste.training.network_figures import figures, overall, predict
from modiste.training.network_photos import PhotoBatches
from modiste.training.run_folder import RunFolder, curves_of


class DivergedError(ModisteError):
    """A fit's loss or its weights are no longer numbers."""


class BestEpoch(keras.callbacks.Callback):  # type: ignore[misc]
    """Score the validation photos after each epoch and keep the best weights.

    Parameters
    ----------
    train, val : PhotoBatches
        Where `val` has no photos the last epoch is kept.
    vocabulary : Vocabulary
    options : FitOptions
    progress : callable, optional
        Told of each step and each epoch.
    run : RunFolder, optional
        Where the state after each epoch is kept.
    """

    def __init__(
        self,
        train: PhotoBatches,
        val: PhotoBatches,
        vocabulary: Vocabulary,
        options: FitOptions,
        *,
        progress: Progress | None = None,
        run: RunFolder | None = None,
    ) -> None:
        super().__init__()
        self.train = train
        self.val = val
        self.vocabulary = vocabulary
        self.options = options
        self.progress = progress
        self.run = run
        self.history: list[EpochRow] = []
        self.best_epoch = 0
        self._best: Arrays = []
        self._answer: Any = None
        self._epoch = 0
        self._start = 0.0

    @property
    def curves(self) -> dict[str, list[float]]:
        """Losses, learning rate, score and figures, one value an epoch; NaN where none."""
        left_out = ("epoch", "seconds")
        return {n: line for n, line in curves_of(self.history).items() if n not in left_out}

    def resume(self, model: Any, checkpoint: Checkpoint) -> None:
        """Take a state over, and give `model` and its optimizer theirs."""
        assign(model.variables, checkpoint.model)
        assign(model.optimizer.variables, checkpoint.optimizer)
        self.history = list(checkpoint.history)
        self.best_epoch = checkpoint.best_epoch
        self._best = list(checkpoint.best)

    def restore(self, model: Any) -> None:
        """Put the best weights back."""
        if self._best:
            model.set_weights(self._best)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras's
        """Give the photos in this epoch's order, whatever has been read before."""
        self._epoch, self._start = epoch, time.perf_counter()
        self.train.start_epoch(epoch)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell how far the steps are, and the mean loss of the epoch so far."""
        if self.progress is None:
            return
        n_steps = len(self.train)
        self.progress(
            self._epoch * n_steps + batch + 1,
            self.options.epochs * n_steps,
            f"steps of all epochs: loss {float((logs or {}).get('loss', np.nan)):.3f}",
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score the epoch, remember its weights if they are the best, write the state down."""
        losses = {name: float(value) for name, value in sorted((logs or {}).items())}
        # A rectifier makes 0 of NaN on some processors, and with it a loss that looks well.
        n_broken = sum(
            int(np.size(values) - np.isfinite(values).sum())
            for values in _values(self.model.trainable_variables)
        )
        if n_broken or not np.isfinite(losses["loss"]):
            raise DivergedError(
                "The loss and the weights of an epoch must be finite numbers. Give a lower "
                "learning_rate, or precision float32, and look for photos or features that are "
                f"no numbers. Received: a loss of {losses['loss']}, and {n_broken} weights that "
                f"are none, in epoch {epoch + 1}"
            )
        found: dict[str, float] = {}
        with _averaged_weights(self.model, self.options.ema):
            if len(self.val.labels.category):
                self._answer = self._answer or compiled(self.model)
                answers = predict(self._answer, self.val)
                found = figures(answers, self.val.labels, self.vocabulary)
            score = overall(found)
            if self._is_best(score):
                self.best_epoch, self._best = epoch + 1, self.model.get_weights()
        self.history.append(
            {
                "epoch": epoch + 1,
                **losses,
                "learning_rate": float(self.model.optimizer.learning_rate),
                "score": None if np.isnan(score) else score,
                **found,
                "seconds": round(time.perf_counter() - self._start, 3),
            }
        )
        if self.run is not None:
            self.run.save_epoch(self._state(), self.options.epochs)
        if self.progress is not None:
            said = "" if np.isnan(score) else f": score {score:.3f}"
            self.progress(epoch + 1, self.options.epochs, f"epochs of the network{said}")

    def _is_best(self, score: float) -> bool:
        before = [row["score"] for row in self.history if row["score"] is not None]
        # Where there is nothing to score, the last epoch is kept.
        return not before if np.isnan(score) else score > max(before, default=-np.inf)

    def _state(self) -> Checkpoint:
        return Checkpoint(
            best_epoch=self.best_epoch,
            history=self.history,
            model=_values(self.model.variables),
            optimizer=_values(self.model.optimizer.variables),
            best=self._best,
        )


def _values(variables: Sequence[Any]) -> Arrays:
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


@contextmanager
def _averaged_weights(model: Any, ema: float | None) -> Iterator[None]:
    """Let `model` have its averaged weights for a while, where it keeps an average."""
    if ema is None:
        yield
        return
    fitted = model.trainable_variables
    before = _values(fitted)
    model.optimizer.finalize_variable_values(fitted)
    try:
        yield
    finally:
        assign(fitted, before)
