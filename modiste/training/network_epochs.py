"""Epoch after epoch: optimiser, losses, and which epoch is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model import losses
from modiste.attribute_model.network import OUTPUTS, NetworkParts, compiled
from modiste.data.vocabulary import Vocabulary
from modiste.progress import Progress
from modiste.training import network_metrics
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_photos import PhotoBatches

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
    best = BestEpoch(compiled(parts.trainable), val, vocabulary, options.epochs, progress)
    callbacks: list[Any] = [best]
    if resume is not None:
        callbacks.append(keras.callbacks.BackupAndRestore(resume))
    parts.trainable.fit(train, epochs=options.epochs, callbacks=callbacks, verbose=0, shuffle=False)
    best.restore()
    return best


class BestEpoch(keras.callbacks.Callback):  # type: ignore[misc]
    """Score the validation photos after each epoch and keep the best weights."""

    def __init__(
        self,
        answer: Callable[..., Any],
        val: PhotoBatches,
        vocabulary: Vocabulary,
        epochs: int,
        progress: Progress | None,
    ) -> None:
        super().__init__()
        self.answer = answer
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
            found = figures(predict(self.answer, self.val), self.val.labels, self.vocabulary)
            score = overall(found)
        best = max((s for s in self.curves["score"] if s == s), default=-np.inf)
        # Where there is nothing to score, the last epoch is kept.
        if score > best or (np.isnan(score) and best == -np.inf):
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


def predict(answer: Callable[..., Any], batches: PhotoBatches) -> dict[str, NDArray[np.float32]]:
    """Return a `compiled` network's answers to every photo, in the order of the batches."""
    answers: dict[str, list[NDArray[np.float32]]] = {name: [] for name in OUTPUTS}
    for i in range(len(batches)):
        inputs = batches[i][0]
        found = answer(*inputs) if isinstance(inputs, tuple) else answer(inputs)
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
