"""A factor on the gradients of a player that makes them as long as those of another player."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

SMALLEST, LARGEST = 1e-4, 1e4
"""Number that is added to the divisor of the factor, and the largest factor."""


@dataclasses.dataclass(frozen=True)
class Balance:
    """The adaptive weight of an adversary (Esser et al. 2021, eq. 7, and the authors' code).

        λ = ‖∂L_reference/∂w‖ / (‖∂L_player/∂w‖ + 1e-4), at most 10⁴

    The gradients of `player` are multiplied by weight · λ. w is one variable that both players train, such as the kernel of
    the last layer of a decoder.

    Args:
        player: the player whose gradients are multiplied.
        reference: the other player.
        variable: w.
        weight: a further factor, a number or a variable.
    """

    player: str
    reference: str
    variable: keras.Variable
    weight: Any = 1.0

    def of(
        self, gradients: Mapping[str, Sequence], variables: Mapping[str, Sequence[keras.Variable]]
    ) -> dict[str, Any]:
        """Return the gradients of all players after those of `player` have been multiplied."""
        reference, own = (self._norm(gradients[name], variables[name]) for name in (self.reference, self.player))
        factor = self.weight * ops.minimum(reference / (own + SMALLEST), LARGEST)
        return {**gradients, self.player: [gradient * factor for gradient in gradients[self.player]]}

    def _norm(self, gradients: Sequence, variables: Sequence[keras.Variable]):
        """Return the Euclidean norm of the gradient of w."""
        (gradient,) = (each for each, variable in zip(gradients, variables, strict=True) if variable is self.variable)
        return ops.sqrt(ops.sum(ops.square(gradient)))
