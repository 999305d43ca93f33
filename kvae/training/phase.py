"""Phases of training.

A training step of Keras is a round, a round is a sequence of phases, and a phase is one gradient step.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
from keras import ops

from kvae.training.balance import Balance


def reports(*names: str) -> Callable:
    """Declare the names of the scalars that a loss returns. Without this decorator a loss returns {"loss": …}."""

    def declare(loss):
        loss.reports = names
        return loss

    return declare


@dataclasses.dataclass(frozen=True)
class Phase:
    """One gradient step, in which every player minimises its own scalar of the loss over its own layers.

    Several players of one phase train simultaneously, from one forward pass. With scalars L_a, L_b and variables θ_a, θ_b,
    player a takes the gradient ∂L_a/∂θ_a and player b the gradient ∂L_b/∂θ_b, both at the weights before the phase.

    Args:
        loss: a function (batch, training) -> a new dict of the scalars that its decorator `reports` declares.
        over: {player: the layers that it trains}. The name of the player is also the name of the scalar that it minimises,
            of its optimizer and of its entry in the progress bar.
        batch: a function that returns this phase's part of the data of a round.
        gates: {player: name of a reported scalar}, for players that may skip the phase. Where the scalar is 0, neither the
            weights nor the batch statistics of the player nor the moments of its optimizer change. The mean of the scalar
            over an epoch is the share of phases that the player did not skip.
        balance: a factor on the gradients of one player, or None.
    """

    loss: Callable[..., dict[str, Any]]
    over: Mapping[str, Sequence[keras.Layer]]
    batch: Callable[[Any], Any] = lambda batch: batch
    gates: Mapping[str, str] = dataclasses.field(default_factory=dict)
    balance: Balance | None = None

    def __post_init__(self):
        if unknown := sorted(set(self.gates) - set(self.over)):
            raise ValueError(f"Expected gates of players, {sorted(self.over)}. Received: {unknown}.")
        missing = sorted({*self.over, *self.gates.values()} - set(self.reports))
        if missing:
            raise ValueError(
                f"Expected every player and gate of a phase to be a scalar that its loss reports. "
                f"Received: players={sorted(self.over)}, gates={sorted(self.gates.values())}, "
                f"reports={sorted(self.reports)}. "
                f"Let {self.loss.__qualname__} report {missing}."
            )

    @property
    def reports(self) -> tuple[str, ...]:
        """Names of the scalars that the loss returns."""
        return getattr(self.loss, "reports", ("loss",))

    def variables(self) -> dict[str, list[keras.Variable]]:
        """Return the trainable variables of every player, each once, also where networks share a layer."""
        return {
            player: list({id(v): v for layer in layers for v in layer.trainable_variables}.values())
            for player, layers in self.over.items()
        }

    def balanced(self, gradients: Mapping[str, Sequence], variables: Mapping[str, Sequence]) -> Mapping[str, Sequence]:
        """Return the gradients of the players, after the factor of `balance`."""
        return self.balance.of(gradients, variables) if self.balance else gradients

    def __call__(self, batch, training: bool) -> dict[str, Any]:
        terms = self.loss(self.batch(batch), training=training)
        if set(terms) != set(self.reports):
            raise ValueError(
                f"Expected {self.loss.__qualname__} to return what it reports. "
                f"Received: terms={sorted(terms)}, reports={sorted(self.reports)}."
            )
        return terms


def started(model: keras.Model, rounds: int):
    """Return 1 if `model` has trained for at least `rounds` rounds, otherwise 0: the gate of a player that starts late."""
    return ops.cast(ops.convert_to_tensor(model.optimizer.iterations) >= rounds, model.variable_dtype)
