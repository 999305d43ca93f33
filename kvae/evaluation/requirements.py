"""The check of the capabilities that a metric needs, and the exception for a metric that cannot be computed."""

from collections.abc import Collection

from kvae.capabilities import (
    CLASSIFIER,
    CODED,
    DECODER,
    DENSITY,
    DOMAINS,
    LABELS,
    POSTERIOR,
    REFINED,
    STRENGTH,
    TRANSLATION,
    TWO_WAY,
    UNIT_KL,
)
from kvae.errors import UserError

REASONS = {
    DECODER: "has no encoder and no decoder",
    POSTERIOR: "has no posterior and no prior",
    DENSITY: "has no density of x",
    UNIT_KL: "has no closed form for the KL of a latent unit",
    LABELS: "takes no labels",
    DOMAINS: "has one encoder",
    CLASSIFIER: "predicts no labels",
    TRANSLATION: "translates no images",
    CODED: "translates through no latent code",
    TWO_WAY: "does not translate in both directions",
    STRENGTH: "translates by no shift of latent codes",
    REFINED: "has no refiner",
}
"""Reasons, by capability, for which a metric that needs it cannot be computed. The first that applies is given."""


class NotApplicable(UserError):
    """A metric or a value that cannot be computed for this model or these data. The message is the reason."""


def require(model, needs: Collection[str]) -> None:
    """Raise `NotApplicable` with the reason if `model` lacks one of the capabilities `needs`."""
    for capability in sorted(needs, key=list(REASONS).index):
        if capability not in model.capabilities:
            raise NotApplicable(f"{type(model).__name__} {REASONS[capability]}")


def require_features(features) -> None:
    """Raise `NotApplicable` if there is no feature network."""
    if features is None:
        raise NotApplicable("it needs a feature network: --features PRESET")


def require_training(training) -> None:
    """Raise `NotApplicable` if there are no training examples."""
    if training is None:
        raise NotApplicable("it needs training examples: training=Batches(…)")
