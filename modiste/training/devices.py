"""Numbers and devices by name: mixed precision, and TensorFlow's strategies.

Both are chosen while a network is built, and the network remembers them: build it inside
`built_for`, and `modiste.training.network_epochs.fit_parts` needs no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Keras's dtype policies. Under the mixed ones the layers compute in 16 bits, while their
#: variables, the losses and what is exported stay float32. float16 wants a GPU, where the
#: loss is scaled so that small gradients survive; bfloat16 a GPU or a processor that has it.
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")

#: ``none`` is one device; ``mirrored`` every GPU of this machine, its processor where there is
#: none. Keras 3.15 fits under no other: with several machines it stops at its first batch,
#: and the experimental strategies give another result than one device.
STRATEGIES = ("none", "mirrored")


@contextmanager
def built_for(precision: str = "float32", strategy: str = "none") -> Iterator[None]:
    """Build networks for a precision and a strategy inside a ``with`` block.

    Parameters
    ----------
    precision : str
        One of `PRECISIONS`.
    strategy : str
        One of `STRATEGIES`. A batch is divided among the devices, and the embedding's loss
        compares the photos of one device only.

    Raises
    ------
    ValueError
        If there is no such precision or strategy.
    """
    import keras

    for name, value, known in (
        ("precision", precision, PRECISIONS),
        ("strategy", strategy, STRATEGIES),
    ):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}. Received: {value!r}")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        with _strategy(strategy).scope():
            yield
    finally:
        keras.config.set_dtype_policy(before)


def _strategy(name: str) -> Any:
    import tensorflow as tf

    if name == "mirrored":
        # Named, because MirroredStrategy takes one processor where there is no GPU.
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    return tf.distribute.get_strategy()
