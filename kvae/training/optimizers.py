"""One optimizer per player, which Keras saves and resumes as a single optimizer."""

from collections.abc import Iterable, Mapping

import keras
from keras import ops

from kvae.errors import UserError


@keras.saving.register_keras_serializable("kvae")
class Optimizers(keras.optimizers.Optimizer):
    """A Keras optimizer made of one optimizer per player.

    Each player has its own moments, learning rate, clipping and iteration count. They do not change in a phase in which the
    player does not train. `iterations` of this optimizer counts rounds.

    Args:
        players: {player: optimizer}, each an instance, a name or a configuration.
    """

    def __init__(self, players: Mapping[str, keras.optimizers.Optimizer | str], name: str = "optimizers"):
        super().__init__(learning_rate=0.0, name=name)
        self.players = {player: keras.optimizers.get(optimizer) for player, optimizer in players.items()}

    @classmethod
    def of(cls, optimizer, players: Iterable[str]) -> "Optimizers":
        """Return the `Optimizers` of these players.

        Args:
            optimizer: {player: optimizer}, or one optimizer, of which each player gets a copy.
            players: names of the players.

        Raises:
            UserError: An optimizer scales its loss.
        """
        if isinstance(optimizer, cls):
            optimizers = optimizer
        elif isinstance(optimizer, Mapping):
            optimizers = cls(optimizer)
        else:
            one = keras.optimizers.get(optimizer)
            optimizers = cls({player: type(one).from_config(one.get_config()) for player in players})
        for player, each in optimizers.players.items():
            if each.loss_scale_factor or isinstance(each, keras.optimizers.LossScaleOptimizer):
                raise UserError(
                    f"Expected an optimizer without loss scaling: losses are in float32. Received: {each.name} for "
                    f"player {player!r}. Leave loss_scale_factor out."
                )
        return optimizers

    def build(self, variables) -> None:
        """Build every player's optimizer from {player: variables}. The flat list that Keras may pass is ignored."""
        if not isinstance(variables, Mapping):
            return
        if set(variables) != set(self.players):
            raise ValueError(
                f"Expected one optimizer for each of the players {sorted(variables)}. "
                f"Received: optimizers={sorted(self.players)}."
            )
        for player, optimizer in self.players.items():
            optimizer.build(variables[player])
        super().build([])

    def apply_player(self, player: str, gradients, variables) -> None:
        """Update the variables of one player with their gradients, by the optimizer of that player."""
        self.players[player].apply(list(gradients), variables)

    @property
    def variables(self) -> list[keras.Variable]:
        return [*self._variables, *(v for optimizer in self.players.values() for v in optimizer.variables)]

    def finalize_variable_values(self, _):
        """Assign the averages of optimizers that average weights (`use_ema=True`). Keras calls this after `fit`."""
        for optimizer in self.players.values():
            optimizer.finalize_variable_values(optimizer._trainable_variables)

    @property
    def learning_rates(self) -> dict[str, float]:
        """The learning rate of each player."""
        rates = {player: optimizer.learning_rate for player, optimizer in self.players.items()}
        return {player: float(ops.convert_to_numpy(ops.convert_to_tensor(rate))) for player, rate in rates.items()}

    @property
    def learning_rate(self):
        """The learning rate of the only player, for the callbacks of Keras. Several players raise `AttributeError`."""
        return self._only_player("read").learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._only_player("set").learning_rate = value

    def _only_player(self, action: str):
        """Return the optimizer of the only player. Raise `AttributeError`, which names `action`, for several."""
        if len(self.players) > 1:
            raise AttributeError(
                f"Expected one player, to {action} its learning rate. Received: players={sorted(self.players)}. "
                "Use kvae.callbacks.DecayLearningRate, or optimizer.players[NAME].learning_rate."
            )
        return next(iter(self.players.values()))

    # Keras saves the optimizers of the players by itself. These two methods save and load the remaining variables.

    def save_own_variables(self, store):
        for i, variable in enumerate(self._variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        for i, variable in enumerate(self._variables):
            variable.assign(store[str(i)])

    def get_config(self):
        return {"players": keras.saving.serialize_keras_object(self.players), "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(keras.saving.deserialize_keras_object(config["players"], custom_objects), config["name"])
