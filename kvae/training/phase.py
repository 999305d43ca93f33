"""A training step is a round; a round is a sequence of phases; a phase is one gradient step."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras


def reports(*names: str):
    """Declares the scalars that a loss returns, next to the loss that returns them."""

    def mark(loss):
        loss.reports = names
        return loss

    return mark


@dataclasses.dataclass(frozen=True)
class Phase:
    """One gradient step: every player minimises its own entry of `loss(batch)` over its own layers.

    `loss(batch, training)` returns a fresh dict of named scalars, exactly those that it `reports`. Each key of `over` is
    a *player*: one word for the scalar it minimises, the layers it moves, its optimizer and its number in the progress
    bar. Several players of one phase move simultaneously, from one forward pass: with terms L_a, L_b and variables
    θ_a, θ_b, player a moves by ∂L_a/∂θ_a and player b by ∂L_b/∂θ_b, both at the old weights.

    `batch` picks the part of the round's data which this phase sees.

    `gates` names, for a player that may sit out, a reported scalar: where it is 0 nothing of the player moves, neither
    weights nor batch statistics nor its optimizer's moments. Over an epoch it is the share of steps that the player made.
    """

    loss: Callable[..., dict[str, Any]]
    over: Mapping[str, Sequence[keras.Layer]]
    batch: Callable[[Any], Any] = lambda batch: batch
    gates: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if strangers := sorted(set(self.gates) - set(self.over)):
            raise ValueError(f"Expected gates of players, {sorted(self.over)}. Received: {strangers}.")
        missing = sorted({*self.over, *self.gates.values()} - set(self.loss.reports))
        if missing:
            raise ValueError(
                f"Expected every player and gate of a phase to be a scalar that its loss reports. "
                f"Received: players={sorted(self.over)}, gates={sorted(self.gates.values())}, "
                f"reports={sorted(self.loss.reports)}. "
                f"Let {self.loss.__qualname__} report {missing}."
            )

    def variables(self) -> dict[str, list[keras.Variable]]:
        """The trainable variables of every player."""
        return {
            player: [variable for layer in layers for variable in layer.trainable_variables]
            for player, layers in self.over.items()
        }

    def __call__(self, batch, training: bool) -> dict[str, Any]:
        terms = self.loss(self.batch(batch), training=training)
        if set(terms) != set(self.loss.reports):
            raise ValueError(
                f"Expected {self.loss.__qualname__} to return what it reports. "
                f"Received: terms={sorted(terms)}, reports={sorted(self.loss.reports)}."
            )
        return terms
