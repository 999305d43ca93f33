"""Base class of the families of priors."""

import abc
from collections.abc import Callable

from kvae.distributions.base import Distribution


class Prior(abc.ABC):
    """A map from the shape of a latent code to the prior p(z).

    A family without weights is a frozen dataclass, one with weights is a Keras layer; both are saved with the model.
    """

    uses_posterior = False
    """True if the prior is a mixture of posteriors q(z|u) of pseudo-inputs u, which have no labels."""

    @abc.abstractmethod
    def __call__(self, shape: tuple[int, ...], posterior: Callable | None = None, batch: tuple = ()) -> Distribution:
        """Return p(z).

        Args:
            shape: the shape of one latent code, which is the event of the distribution.
            posterior: the function x -> q(z|x) of the model, which a `VampPrior` needs.
            batch: batch axes of the distribution, () or (B,), for models whose priors have the batch of the labels.
        """

    def check(self, shape: tuple[int, ...], data_shape: tuple[int, ...]) -> None:  # noqa: B027  (most families suit every shape)
        """Raise `UserError` unless the family suits latent codes of `shape` and data of `data_shape`."""
