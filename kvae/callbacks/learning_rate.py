"""A callback that schedules learning rates."""

from collections.abc import Mapping

import keras

from kvae.errors import UserError
from kvae.training.schedules import Schedule


class DecayLearningRate(keras.callbacks.Callback):
    """Multiplies every player's learning rate by `factor(epoch)`, at the start of each epoch.

    `factor` may be {player: its own}; a player without one keeps its rate. The rates that the optimizers were made with
    are those of factor 1: `base`, {player: rate}; by default what they hold when training begins. The rate of each player
    appears in the logs.
    """

    def __init__(self, factor: Schedule | Mapping[str, Schedule], base: dict[str, float] | None = None):
        super().__init__()
        self.factor, self.base = factor, base

    def on_train_begin(self, logs=None):
        for player, optimizer in self.model.optimizer.players.items():
            if isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
                raise UserError(
                    f"Expected a learning rate that is a number, to multiply it. Received: for player {player!r} a "
                    f"{type(optimizer._learning_rate).__name__}. Keep one of the two schedules."
                )
        if self.base is None:
            self.base = self.model.optimizer.learning_rates
        if isinstance(self.factor, Mapping) and (strangers := sorted(set(self.factor) - set(self.base))):
            raise UserError(f"Expected learning rates of players: {', '.join(self.base)}. Received: {strangers}.")

    def on_epoch_begin(self, epoch, logs=None):
        for player, optimizer in self.model.optimizer.players.items():
            factor = self.factor.get(player) if isinstance(self.factor, Mapping) else self.factor
            if factor is not None:
                optimizer.learning_rate = self.base[player] * factor(epoch)

    def on_epoch_end(self, epoch, logs=None):
        for player, rate in self.model.optimizer.learning_rates.items():
            logs["learning_rate" if len(self.base) == 1 else f"learning_rate/{player}"] = rate
