"""How a network is fitted: every choice that is not the network's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from modiste.attribute_model.augmentation import DEFAULT_AUGMENTATION, AugmentationConfig
from modiste.training.devices import PRECISIONS, STRATEGIES

#: What each head's loss counts for; one for each output of the network.
LOSS_WEIGHTS = {"category": 1.0, "box": 2.0, "attributes": 1.0, "embedding": 0.5}

#: Options that say where things are kept; the same fit elsewhere has others.
PLACES = ("cache_dir", "cache_bytes", "run_dir")


@dataclass(frozen=True, kw_only=True)
class FitOptions:
    """How a network is fitted.

    Parameters
    ----------
    epochs : int
    batch_size : int
        Photos a step, over all devices together.
    learning_rate : float
        The highest; reached after a tenth of the steps, then lowered along a cosine.
    weight_decay : float
    label_smoothing : float
        Share of each photo's category that is spread over all categories, in [0, 1).
    ema : float or None
        Decay a step of the moving average of the weights, in (0, 1), such as 0.99: the
        averaged weights are scored and kept. None keeps the weights as they are.
    views : int
        Views of each photo that go through the frozen part: the photo itself and
        ``views - 1`` random ones. Networks without a frozen part draw anew every epoch if
        it is above 1.
    augmentation : AugmentationConfig
        How far random views differ from their photo.
    precision : str
        ``"float32"``, ``"mixed_float16"`` or ``"mixed_bfloat16"``; see
        `modiste.training.devices`.
    strategy : str
        ``"none"`` or ``"mirrored"``, over every GPU of this machine.
    seed : int
    loss_weights : mapping of str to float
        By output of the network.
    cache_dir : Path or None
        Where frozen features are kept between runs; None keeps them for this run only.
    cache_bytes : int or None
        Most that the frozen features may take on disk; None for the cache's own limit.
    run_dir : Path or None
        Where the run is written down and resumed from; None keeps nothing. See
        `modiste.training.run_folder.RunFolder`.

    Raises
    ------
    ValueError
        If a value is out of range.

    References
    ----------
    Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016 (label smoothing).
    Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992.
    """

    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    label_smoothing: float = 0.1
    ema: float | None = None
    views: int = 2
    augmentation: AugmentationConfig = DEFAULT_AUGMENTATION
    precision: str = "float32"
    strategy: str = "none"
    seed: int = 0
    loss_weights: Mapping[str, float] = field(default_factory=lambda: dict(LOSS_WEIGHTS))
    cache_dir: Path | None = None
    cache_bytes: int | None = None
    run_dir: Path | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "views"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1. Received: {getattr(self, name)}")
        for name in ("learning_rate", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative. Received: {getattr(self, name)}")
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(
                f"label_smoothing must be at least 0 and below 1. Received: {self.label_smoothing}"
            )
        if self.ema is not None and not 0 < self.ema < 1:
            raise ValueError(f"ema must be above 0 and below 1, or None. Received: {self.ema}")
        for name, known in (("precision", PRECISIONS), ("strategy", STRATEGIES)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} must be one of {', '.join(known)}. Received: {getattr(self, name)!r}"
                )
        if set(self.loss_weights) != set(LOSS_WEIGHTS):
            raise ValueError(
                f"loss_weights needs one number for each of {', '.join(LOSS_WEIGHTS)}. "
                f"Received: {dict(self.loss_weights)}"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON values, without this machine's places."""
        values = {name: value for name, value in asdict(self).items() if name not in PLACES}
        return dict(json.loads(json.dumps(values)))
