"""Penalties that layers declare: regularizers of weights and activities, and `add_loss`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
from keras import ops


class Penalties:
    """The penalties of the layers of each player.

    Args:
        over: {player: its layers}.
    """

    def __init__(self, over: Mapping[str, Sequence[keras.Layer]]):
        self.calls = _OuterCall([layer for layers in over.values() for layer in layers])
        self.players = {player: self.calls if len(over) == 1 else _OuterCall(layers) for player, layers in over.items()}

    def added_to(self, loss: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the named scalars of `loss()`, with the penalties of each player's layers added to the player's scalar.

        A layer that two networks of a player share adds its penalties once.
        """
        terms = dict(self.calls(ops.zeros(()), loss=loss))
        for player, layers in self.players.items():
            for penalty in layers.losses:
                terms[player] = terms[player] + ops.cast(penalty, terms[player].dtype)
        return terms


class _OuterCall(keras.Layer):
    """A call within which a loss calls networks.

    Keras discards the penalties of a network when the network is called again, unless both calls are parts of an outer
    one.
    """

    def __init__(self, layers: Sequence[keras.Layer]):
        super().__init__(name="losses", autocast=False, dtype="float32")
        self.inner = layers
        self.built = True

    def call(self, anchor, loss):
        return loss()
