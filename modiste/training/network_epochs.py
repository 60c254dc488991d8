"""Epoch after epoch: optimiser, losses, and going on where a fit was interrupted."""

from __future__ import annotations

import functools
from typing import Any

import keras

from modiste.attribute_model import losses
from modiste.attribute_model.network import OUTPUTS, NetworkParts
from modiste.data.vocabulary import Vocabulary
from modiste.progress import Progress
from modiste.training.allocator import KeepFreedMemory
from modiste.training.best_epoch import BestEpoch
from modiste.training.fit_options import FitOptions
from modiste.training.network_figures import figures, overall, predict
from modiste.training.network_photos import PhotoBatches
from modiste.training.run_folder import RunFolder

__all__ = ["BestEpoch", "FitOptions", "figures", "fit_parts", "overall", "predict"]

_WARM_UP = 0.1  # of the steps


def fit_parts(
    parts: NetworkParts,
    train: PhotoBatches,
    val: PhotoBatches,
    vocabulary: Vocabulary,
    options: FitOptions,
    *,
    progress: Progress | None = None,
    run: RunFolder | None = None,
) -> BestEpoch:
    """Fit the trainable part in place and leave it at its best epoch.

    Parts built inside `modiste.training.devices.built_for` are fitted in its precision, on
    its devices. With `run`, the state after each epoch is kept there, and a fit that was
    interrupted goes on from it to what it would have come to.

    Parameters
    ----------
    parts : NetworkParts
    train, val : PhotoBatches
        What ``parts.trainable`` reads, and its labels.
    vocabulary : Vocabulary
    options : FitOptions
    progress : callable, optional
        Told of each step and each epoch.
    run : RunFolder, optional
        Of these parts, photos and options.

    Returns
    -------
    BestEpoch
        Its ``curves`` and ``best_epoch``.

    Raises
    ------
    DivergedError
        If the loss is no longer a number.
    CheckpointError
        If the run's checkpoint is damaged or does not fit the parts.
    """
    model = parts.trainable
    best = BestEpoch(train, val, vocabulary, options, progress=progress, run=run)
    with model.distribute_strategy.scope():
        optimizer = _optimizer(options, options.epochs * len(train))
        model.compile(
            optimizer=optimizer,
            loss=_losses(options),
            loss_weights=dict(options.loss_weights),
            jit_compile=False,
        )
        _make_variables(model, train)
        checkpoint = None if run is None else run.checkpoint()
        if run is not None and checkpoint is not None:
            best.resume(model, checkpoint)
            run.write_log(checkpoint, options.epochs)
    n_done = len(best.history)
    if n_done < options.epochs:
        model.fit(
            train,
            epochs=options.epochs,
            initial_epoch=n_done,
            callbacks=[best, KeepFreedMemory()],
            verbose=0,
            shuffle=False,
        )
    with model.distribute_strategy.scope():
        best.restore(model)
    return best


def _make_variables(model: Any, train: PhotoBatches) -> None:
    """Make the variables that the first step would: TensorFlow would trace its graph twice."""
    model.optimizer.build(model.trainable_variables)
    _, targets = train[0]
    n_photos = len(targets["box"])
    blank = {name: keras.ops.zeros((n_photos, *model.output[name].shape[1:])) for name in OUTPUTS}
    model.compute_loss(y=targets, y_pred=blank)


def _optimizer(options: FitOptions, n_steps: int) -> Any:
    n_warm_up = max(int(n_steps * _WARM_UP), 1)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(n_steps - n_warm_up, 1),
        alpha=0.01,
        warmup_target=options.learning_rate,
        warmup_steps=n_warm_up,
    )
    average = {} if options.ema is None else {"use_ema": True, "ema_momentum": options.ema}
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=options.weight_decay, clipnorm=5.0, **average
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _losses(options: FitOptions) -> dict[str, Any]:
    found = {name: getattr(losses, f"{name}_loss") for name in OUTPUTS}
    smoothing = options.label_smoothing
    found["category"] = functools.partial(losses.category_loss, label_smoothing=smoothing)
    return found
