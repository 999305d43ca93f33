"""A callback that writes metrics for TensorBoard."""

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import keras


class TensorBoard(keras.callbacks.Callback):
    """A callback that writes the logs of every epoch for TensorBoard, without TensorFlow."""

    def __init__(self, folder: str | os.PathLike):
        super().__init__()
        self.folder = Path(folder)
        self.writer: Any = None

    def on_train_begin(self, logs=None):
        # If a module of this name exists, TensorBoard does not import TensorFlow, which takes seconds.
        sys.modules.setdefault("tensorboard.compat.notf", ModuleType("notf"))
        from tensorboard.summary import Writer

        self.writer = Writer(str(self.folder))

    def on_epoch_end(self, epoch, logs=None):
        for name, value in logs.items():
            self.writer.add_scalar(name, float(value), step=epoch + 1)
        self.writer.flush()

    def on_train_end(self, logs=None):
        self.close()

    def close(self) -> None:
        """End the thread that writes. Keras does not call `on_train_end` if training fails."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None
