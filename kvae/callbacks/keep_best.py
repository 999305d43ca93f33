"""A callback that keeps the weights of the best epoch."""

from collections.abc import Mapping, Sequence

import keras

from kvae.runs import Run
from kvae.training import BestEpoch


class KeepBest(keras.callbacks.Callback):
    """A callback that writes the weights of the best epoch, and stops training when the rule says so.

    It must come after the callbacks that add to the logs, and before `RunWriter`: if the process is killed between the two,
    the resumed run trains the same epoch again.

    Args:
        run: the run.
        rule: the rule by which an epoch is the best.
        epochs: history of the earlier epochs, if the run is resumed.
    """

    def __init__(self, run: Run, rule: BestEpoch, epochs: Sequence[Mapping[str, float]] = ()):
        super().__init__()
        self.run, self.rule, self.epochs = run, rule, list(epochs)

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(dict(logs or {}))
        if self.rule.among(self.epochs) == epoch + 1:
            self.run.save_best(self.model, epoch + 1)
        if self.rule.is_over(self.epochs):
            self.model.stop_training = True
