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

    Every batch is checked, because one step later NaN has spread through the weights to every term. With
    `steps_per_execution` above 1 some batches are not checked, and the term named first may not be the cause.
    """

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if all(math.isfinite(float(value)) for value in logs.values()):
            return
        players = set(self.model.optimizer.players)
        bad = [name for name, value in logs.items() if not math.isfinite(float(value))]
        bad.sort(
            key=lambda name: name in players
        )  # a stable sort: the loss of a player is a sum, and its terms come first
        where = f"batch {batch + 1}" if self.model.steps_per_execution == 1 else f"a batch up to {batch + 1}"
        raise NonFiniteLoss(
            f"Expected finite losses. Received: {bad[0]}={float(logs[bad[0]])} in epoch {self.epoch + 1}, {where}"
            f"{' (then ' + ', '.join(bad[1:]) + ')' if bad[1:] else ''}. "
            "Lower the learning rate, clip gradients (clipnorm), or look for extreme values in the data.",
            bad,
        )
