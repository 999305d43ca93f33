"""A callback that stops trials of a search which fall behind the others."""

from pathlib import Path

import keras
import numpy as np

from kvae.runs import Run

STARTUP = 5
"""Trials that must have got as far before one is called hopeless."""


class MedianStopping(keras.callbacks.Callback):
    """Stops a trial whose best value by an epoch is below the median of what others had on average by then.

    The median stopping rule of Golovin et al. 2017, section 3.2.2, on the histories of the trials that are done. Without
    a `monitor` it stops none.
    """

    def __init__(self, folder: Path, trial: str, monitor: str | None):
        super().__init__()
        self.folder, self.trial, self.monitor = folder, trial, monitor

    def should_stop(self, run: Run) -> bool:
        """Whether the rule speaks against the trial in `run` at its last epoch."""
        own = run.history().get(self.monitor, ())
        if not len(own):
            return False
        done = (file.parent for file in self.folder.glob("trial_*/score.json"))
        columns = [
            Run(path / "run").history().get(self.monitor, ()) for path in done if path.name != f"trial_{self.trial}"
        ]
        averages = [np.mean(column[: len(own)]) for column in columns if len(column) >= len(own)]
        return len(averages) >= STARTUP and max(own) < np.median(averages)

    def on_epoch_end(self, epoch, logs=None):
        if self.should_stop(Run(self.folder / f"trial_{self.trial}" / "run")):
            self.model.stop_training = True
