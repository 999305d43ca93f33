"""Pure functions of distributions and tensors that return named scalars."""

from kvae.objectives.batch import batch_mean
from kvae.objectives.elbo import negative_elbo

__all__ = ["batch_mean", "negative_elbo"]
