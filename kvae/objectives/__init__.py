"""Pure functions of distributions and tensors that return named scalars."""

from kvae.objectives.adversarial import equilibrium, taken_for_false, taken_for_real
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
    "doubly_reparameterized",
    "equilibrium",
    "importance_bound",
    "log_mean_weight",
    "negative_elbo",
    "sampled_negative_elbo",
    "taken_for_false",
    "taken_for_real",
]
