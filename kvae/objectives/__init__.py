"""Pure functions of distributions and tensors that return named scalars."""

from kvae.objectives.adversarial import discriminator_fake_loss, equilibrium, generator_loss
from kvae.objectives.batch import batch_mean
from kvae.objectives.elbo import negative_elbo
from kvae.objectives.importance import (
    doubly_reparameterized,
    importance_bound,
    log_mean_weight,
    sampled_negative_elbo,
)

__all__ = [
    "batch_mean",
    "discriminator_fake_loss",
    "doubly_reparameterized",
    "equilibrium",
    "generator_loss",
    "importance_bound",
    "log_mean_weight",
    "negative_elbo",
    "sampled_negative_elbo",
]
