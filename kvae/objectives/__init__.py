"""Pure functions of distributions and tensors that return named scalars."""

from kvae.objectives.elbo import negative_elbo

__all__ = ["negative_elbo"]
