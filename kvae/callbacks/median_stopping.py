"""A callback that stops the unpromising trials of a search."""

from pathlib import Path

import keras
import numpy as np

from kvae.runs import Run

STARTUP = 5
"""Number of other trials that must have reached the same epoch before a trial can be stopped."""


class MedianStopping(keras.callbacks.Callback):
    """A callback that stops a trial whose best value so far is below the median of other trials.

    The median is that of the finished trials' average values over as many epochs. This is the median stopping rule of
    Golovin et al. 2017, section 3.2.2.

    Args:
        folder: folder of the search.
        trial: identifier of the trial that is being trained.
        monitor: column of the history, of which larger values are better. With None no trial is stopped.
    """

    def __init__(self, folder: Path, trial: str, monitor: str | None):
        super().__init__()
        self.folder = folder
        self.trial = trial
        self.monitor = monitor

    def should_stop(self, run: Run) -> bool:
        """Return True if the rule stops the trial in `run` after its last epoch."""
        if self.monitor is None:
            return False
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
