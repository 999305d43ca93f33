"""A callback that stops training at the first loss that is NaN or infinite."""

import math

import keras

from kvae.errors import UserError


class NonFiniteLoss(UserError):
    """The error of a loss that became NaN or infinite.

    `terms` names the affected losses: individual terms first, then the totals that contain them.
    """

    def __init__(self, message: str, terms: list[str]):
        super().__init__(message)
        self.terms = terms


class StopOnNonFinite(keras.callbacks.Callback):
    """A callback that raises `NonFiniteLoss` after the first batch with a loss that is not finite, and names the term.

    Every round is checked, because one step later NaN has spread through the weights to every term. With
    `steps_per_execution` above 1, the rounds of a call are checked after the last of them.
    """

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if not _non_finite(logs):
            return
        first = batch + 2 - self.model.steps_per_execution
        number, logs = next((i, each) for i, each in enumerate(self.model.logs_of_call, first) if _non_finite(each))
        players = set(self.model.optimizer.players)
        bad = sorted(_non_finite(logs), key=lambda name: name in players)  # the loss of a player is a sum: terms first
        raise NonFiniteLoss(
            f"Expected finite losses. Received: {bad[0]}={float(logs[bad[0]])} in epoch {self.epoch + 1}, batch {number}"
            f"{' (then ' + ', '.join(bad[1:]) + ')' if bad[1:] else ''}. "
            "Lower the learning rate, clip gradients (clipnorm), or look for extreme values in the data.",
            bad,
        )


def _non_finite(logs) -> list[str]:
    """Return the names of the losses that are NaN or infinite."""
    return [name for name, value in logs.items() if not math.isfinite(float(value))]
