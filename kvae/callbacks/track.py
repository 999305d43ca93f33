"""A callback that records a run in a tracker."""

import contextlib
import logging
import sys
from collections.abc import Callable

import keras

from kvae.errors import first_line
from kvae.runs import Run
from kvae.tracking import Record, Tracker

logger = logging.getLogger(__name__)


class Track(keras.callbacks.Callback):
    """A callback that records the losses and images of each epoch in a tracker.

    It must come after the callbacks that add to the logs and save images. An error of the tracker, such as a lost
    connection, does not stop the training: a warning states it, and nothing more is recorded.

    Args:
        tracker: the tracker.
        run: the run.
        record: the facts with which the record begins.
    """

    def __init__(self, tracker: Tracker, run: Run, record: Record):
        super().__init__()
        self.tracker, self.run, self.record = tracker, run, record
        self.records = False

    def on_train_begin(self, logs=None):
        self.records = True
        self._do(self.tracker.begin, self.record)

    def on_epoch_end(self, epoch, logs=None):
        self._do(self.tracker.log, {name: float(value) for name, value in logs.items()}, epoch + 1)
        for file in sorted(self.run.images.glob(f"epoch-{epoch + 1:04d}-*.png")):
            self._do(self.tracker.image, file.stem.partition("-")[2].partition("-")[2], file, epoch + 1)

    def preset(self, name: str, folder) -> None:
        """Record the trained model, which is the preset in `folder`."""
        self._do(self.tracker.preset, name, folder)

    def end(self, finished: bool) -> None:
        """End the record."""
        self._do(self.tracker.end, finished)

    def _do(self, method: Callable, *arguments) -> None:
        """Call a method of the tracker, whose messages go to stderr, because stdout is for results."""
        if not self.records:
            return
        try:
            with contextlib.redirect_stdout(sys.stderr):
                method(*arguments)
        except Exception as error:  # of the tracker or of the network
            self.records = False
            name = type(self.tracker).__name__
            logger.warning(
                "%s failed (%s). The training goes on, and is no longer recorded there.", name, first_line(error)
            )
