"""What a network is made of; read and written without importing Keras."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

#: Keras's ImageNet weights, downloaded on first use.
IMAGENET = "imagenet"
#: Weights of MobileNetV2, alpha 0.5, that ship with the package; see `pretrain_backbone`.
DEMO_SHOP = "demo_shop"
#: Value of `NetworkConfig.trainable_layers` that trains the whole backbone.
ALL_LAYERS = -1

MIN_IMAGE_SIZE = 32


@dataclass(frozen=True)
class NetworkConfig:
    """The choices that fix a network's graph.

    Parameters
    ----------
    backbone : str
        Any network of ``keras.applications``, by its name there.
    weights : str or None
        Where the backbone's weights come from: ``"imagenet"``, ``"demo_shop"`` (ships with
        the package, for ``MobileNetV2`` with ``alpha=0.5``), a path to a ``.weights.h5``
        file of the backbone without its top, or None for random ones.
    image_size : int
        Side of the square photo in pixels, at least 32; some backbones ask for more.
    alpha : float or None
        Width of MobileNet and MobileNetV2; None for the others and for their default, 1.
    trainable_layers : int
        How many of the backbone's last layers are fitted; 0 for none, -1 for all.
    embedding_size : int
        Length of the embedding.

    Raises
    ------
    ValueError
        If a value is out of range.
    """

    backbone: str = "ResNet50"
    weights: str | None = IMAGENET
    image_size: int = 224
    alpha: float | None = None
    trainable_layers: int = 12
    embedding_size: int = 512

    def __post_init__(self) -> None:
        if not self.backbone.isidentifier():
            raise ValueError(
                "backbone must be the name of a network of keras.applications, such as "
                f"'ResNet50'. Received: {self.backbone!r}"
            )
        if self.weights is not None and not self.weights:
            raise ValueError(
                "weights must be 'imagenet', 'demo_shop', a path or None. "
                f"Received: {self.weights!r}"
            )
        if self.image_size < MIN_IMAGE_SIZE:
            raise ValueError(
                f"image_size must be at least {MIN_IMAGE_SIZE}. Received: {self.image_size}"
            )
        if self.alpha is not None and not 0 < self.alpha <= 2:
            raise ValueError(f"alpha must be in (0, 2] or None. Received: {self.alpha}")
        if self.trainable_layers < ALL_LAYERS:
            raise ValueError(
                "trainable_layers must be 0 or more, or -1 for all. "
                f"Received: {self.trainable_layers}"
            )
        if self.embedding_size < 1:
            raise ValueError(f"embedding_size must be at least 1. Received: {self.embedding_size}")

    @property
    def trains_everything(self) -> bool:
        """Whether no layer is frozen."""
        return self.trainable_layers == ALL_LAYERS

    def named(self) -> NetworkConfig:
        """Return the same settings with the weights' file name instead of its path."""
        return self if self.weights is None else replace(self, weights=Path(self.weights).name)

    def to_json(self) -> str:
        """Return the config as a JSON object."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> NetworkConfig:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            If the text is not a JSON object of this class's fields.
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"A network config must be JSON. Received: {error}") from error
        known = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or not set(values) <= known:
            raise ValueError(
                f"A network config is an object of {', '.join(sorted(known))}. Received: {text}"
            )
        return cls(**values)
