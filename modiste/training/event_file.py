"""Scalars for TensorBoard, written by TensorFlow alone.

``tf.summary.scalar`` wants the package tensorboard; the operation beneath it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class EventFile:
    """Writes scalars that ``tensorboard --logdir`` shows.

    A run that resumes writes a second file beside the first: TensorBoard reads both as one.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf

        plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        self._scalars = tf.compat.v1.SummaryMetadata(plugin_data=plugin)
        self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, step: int, values: Mapping[str, float | None]) -> None:
        """Write the values of one step, and see that they are in the file."""
        import tensorflow as tf

        with self._writer.as_default():
            for name, value in values.items():
                if value is not None and name != "epoch":
                    tf.summary.write(
                        name, tf.constant(value, tf.float32), step=step, metadata=self._scalars
                    )
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
