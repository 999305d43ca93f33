"""A callback that schedules learning rates."""

from collections.abc import Mapping

import keras

from kvae.backends.optimizers import unscaled
from kvae.errors import UserError
from kvae.training.schedules import Schedule


class DecayLearningRate(keras.callbacks.Callback):
    """A callback that sets the learning rate of every player to its base rate times `factor(epoch)` in each epoch.

    The logs hold the learning rate of each player. A recipe adds the callback with `Training(learning_rate_schedule=…)`.
    The schedules are in `kvae.training.schedules`.

    Args:
        factor: a schedule, or {player: schedule}. A player without a schedule keeps its rate.
        base: {player: base rate}. By default the base rates are those of the optimizers when training begins.

    Example:
        >>> from kvae.callbacks import DecayLearningRate
        >>> from kvae.training.schedules import Cosine
        >>> callback = DecayLearningRate(Cosine(1.0, 0.0, length=20))
    """

    def __init__(self, factor: Schedule | Mapping[str, Schedule], base: Mapping[str, float] | None = None):
        super().__init__()
        self.factor: Schedule | Mapping[str, Schedule] = factor
        self.base: Mapping[str, float] = base or {}

    def on_train_begin(self, logs=None):
        for player, optimizer in self.model.optimizer.players.items():
            rate = unscaled(optimizer)._learning_rate
            if not isinstance(rate, keras.Variable):
                raise UserError(
                    f"Expected a learning rate that is a number. Received: a {type(rate).__name__} "
                    f"for player {player!r}. Use either this schedule or DecayLearningRate."
                )
        if not self.base:
            self.base = self.model.optimizer.learning_rates
        if isinstance(self.factor, Mapping) and (unknown := sorted(set(self.factor) - set(self.base))):
            raise UserError(f"Expected schedules of players: {', '.join(self.base)}. Received: {unknown}.")

    def on_epoch_begin(self, epoch, logs=None):
        for player, optimizer in self.model.optimizer.players.items():
            factor = self.factor.get(player) if isinstance(self.factor, Mapping) else self.factor
            if factor is not None:
                optimizer.learning_rate = self.base[player] * factor(epoch)

    def on_epoch_end(self, epoch, logs=None):
        for player, rate in self.model.optimizer.learning_rates.items():
            logs["learning_rate" if len(self.base) == 1 else f"learning_rate/{player}"] = rate
