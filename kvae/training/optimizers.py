"""One optimizer per player, which Keras sees, saves and resumes as a single one."""

from collections.abc import Mapping

import keras
from keras import ops


@keras.saving.register_keras_serializable("kvae")
class Optimizers(keras.optimizers.Optimizer):
    """A Keras optimizer made of one optimizer per player.

    `players` maps each player to its optimizer (an instance, a name or a config). Every player keeps its own moments,
    learning rate, clipping and iteration count; a player that does not move in a round leaves its own untouched.
    The count of the whole, `iterations`, counts rounds.
    """

    def __init__(self, players: Mapping[str, keras.optimizers.Optimizer | str], name: str = "optimizers"):
        super().__init__(learning_rate=0.0, name=name)
        self.players = {player: keras.optimizers.get(optimizer) for player, optimizer in players.items()}

    def build(self, variables):
        """Builds every player's optimizer from `{player: variables}`; the flat list that Keras may pass is ignored."""
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
        """Moves one player's variables by their gradients."""
        self.players[player].apply(list(gradients), variables)

    @property
    def variables(self):
        return [*self._variables, *(v for optimizer in self.players.values() for v in optimizer.variables)]

    def finalize_variable_values(self, _):
        """Lets optimizers that average weights (`use_ema=True`) put the averages in place, as Keras does after `fit`."""
        for optimizer in self.players.values():
            optimizer.finalize_variable_values(optimizer._trainable_variables)

    @property
    def learning_rates(self) -> dict[str, float]:
        """Each player's."""
        rates = {player: optimizer.learning_rate for player, optimizer in self.players.items()}
        return {player: float(ops.convert_to_numpy(ops.convert_to_tensor(rate))) for player, rate in rates.items()}

    @property
    def learning_rate(self):
        """The only player's learning rate, for Keras' own callbacks. Several players have a rate each."""
        return self._only_player("read").learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._only_player("set").learning_rate = value

    def _only_player(self, what: str):
        if len(self.players) > 1:
            raise AttributeError(
                f"Expected one player to {what} the learning rate of. Received: players={sorted(self.players)}. "
                "Use kvae.callbacks.DecayLearningRate, or optimizer.players[NAME].learning_rate."
            )
        return next(iter(self.players.values()))

    # Keras saves nested optimizers as children of this one; here is only what is its own.

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
