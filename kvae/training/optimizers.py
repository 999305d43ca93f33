"""One optimizer per player, which Keras saves and resumes as a single optimizer."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from kvae.backends import apply_gradients
from kvae.backends.optimizers import unscaled
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
    def of(cls, optimizer, players: Sequence[str]) -> "Optimizers":
        """Return the `Optimizers` of these players.

        Args:
            optimizer: {player: optimizer}, or one optimizer. The first player uses the given object, and each further
                player a copy of it.
            players: names of the players.

        Raises:
            UserError: An optimizer of several players cannot be copied.
        """
        if isinstance(optimizer, cls):
            return optimizer
        if isinstance(optimizer, Mapping):
            return cls(optimizer)
        first, *others = players
        given = keras.optimizers.get(optimizer)
        return cls({first: given, **{player: _copy(given) for player in others}})

    def build(self, variables) -> None:
        """Build every player's optimizer from {player: variables}. The flat list that Keras may pass is ignored."""
        if not isinstance(variables, Mapping):
            return
        if set(variables) != set(self.players):
            raise ValueError(
                f"Expected one optimizer for each of the players {sorted(variables)}. "
                f"Received: optimizers={sorted(self.players)}."
            )
        for player, group in first_owners(variables).items():
            optimizer = self.players[player]
            if optimizer.built and [id(v) for v in unscaled(optimizer)._trainable_variables] != [id(v) for v in group]:
                raise UserError(
                    f"Expected an optimizer that no other model uses. Received: {optimizer.name} for player {player!r}, "
                    "which has moments of other variables. Make a new one."
                )
            optimizer.build(group)
        super().build([])

    def apply_phase(self, gradients: Mapping[str, Sequence], variables: Mapping[str, Sequence[keras.Variable]]) -> None:
        """Update the variables of the players of one phase with their gradients, each by the optimizer of its player.

        A variable that several players share is updated once, by the first of them, with the sum of their gradients.
        """
        total = {}
        for player, group in variables.items():
            for variable, gradient in zip(group, gradients[player], strict=True):
                total[id(variable)] = total[id(variable)] + gradient if id(variable) in total else gradient
        for player, group in first_owners(variables).items():
            optimizer = self.players[player]
            # `apply` divides by the scale of a loss. The gradients here are those of the loss itself.
            apply_gradients(optimizer, [optimizer.scale_loss(total[id(variable)]) for variable in group], group)

    @property
    def variables(self) -> list[keras.Variable]:
        return [*self._variables, *(v for optimizer in self.players.values() for v in optimizer.variables)]

    def finalize_variable_values(self, _):
        """Assign the averages of optimizers that average weights (`use_ema=True`). Keras calls this after `fit`."""
        for optimizer in self.players.values():
            optimizer.finalize_variable_values(unscaled(optimizer)._trainable_variables)

    @property
    def learning_rates(self) -> dict[str, float]:
        """The learning rate of each player."""
        rates = {player: optimizer.learning_rate for player, optimizer in self.players.items()}
        return {player: float(ops.convert_to_numpy(ops.convert_to_tensor(rate))) for player, rate in rates.items()}

    # The callbacks of Keras look for `optimizers` if there are several, and otherwise for `inner_optimizer` and
    # `learning_rate`. They take an `AttributeError` as absence.

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """The optimizers of several players."""
        if len(self.players) == 1:
            raise AttributeError("A single player has an `inner_optimizer`.")
        return list(self.players.values())

    @property
    def inner_optimizer(self) -> keras.optimizers.Optimizer:
        """The optimizer of the only player, without a wrapper that scales the loss."""
        return unscaled(self._only_player("get its optimizer"))

    @property
    def learning_rate(self):
        """The learning rate of the only player."""
        return self._only_player("read its learning rate").learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._only_player("set its learning rate").learning_rate = value

    def _only_player(self, action: str):
        """Return the optimizer of the only player. Raise `AttributeError`, which names `action`, for several."""
        if len(self.players) > 1:
            raise AttributeError(
                f"Expected one player, to {action}. Received: players={sorted(self.players)}. "
                "Use kvae.callbacks.DecayLearningRate, or optimizer.players[NAME]."
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
        players = _for_any_backend(config["players"])
        return cls(keras.saving.deserialize_keras_object(players, custom_objects), config["name"])


def _for_any_backend(config):
    """Return the serialized optimizers in `config` under their public names.

    On PyTorch, Keras has classes of its own for its optimizers and writes their names into files. No other backend can
    train with them.
    """
    if isinstance(config, list):
        return [_for_any_backend(item) for item in config]
    if not isinstance(config, Mapping):
        return config
    public = {key: _for_any_backend(value) for key, value in config.items()}
    if str(config.get("module")).startswith("keras.src.backend.torch.optimizers."):
        public |= {"module": "keras.optimizers", "registered_name": None}
    return public


def first_owners(variables: Mapping[str, Sequence[keras.Variable]]) -> dict[str, list[keras.Variable]]:
    """Return {player: variables} in which a variable that several players share belongs only to the first of them."""
    owner = {id(variable): player for player, group in reversed(list(variables.items())) for variable in group}
    return {player: [v for v in group if owner[id(v)] == player] for player, group in variables.items()}


def _copy(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Return a new optimizer with the same settings.

    A schedule is shared and not copied, because it has no state and need not be serializable.
    """
    rate = optimizer._learning_rate
    scheduled = isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)
    try:
        if scheduled:
            optimizer._learning_rate = 0.0
        config = optimizer.get_config()
        copy = type(optimizer).from_config({**config, "learning_rate": rate} if scheduled else config)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise UserError(
            "Expected an optimizer that can be copied, one for each player. "
            f"Received: {type(optimizer).__name__} ({error}). Pass {{player: optimizer}} to compile."
        ) from error
    finally:
        optimizer._learning_rate = rate
    for name, value in vars(optimizer).items():  # exclusions from weight decay are not a part of the configuration
        if name.startswith("_exclude_from_weight_decay"):
            setattr(copy, name, value)
    return copy
