"""Base class of the families of posteriors."""

import abc

from kvae.distributions.base import Distribution
from kvae.errors import UserError


class Posterior(abc.ABC):
    """A map from an encoder's output h to the posterior q(z|x).

    A family without weights is a frozen dataclass, one with weights is a Keras layer; both are saved with the model.
    """

    @abc.abstractmethod
    def outputs(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one output of the encoder, for latent codes of `shape`.

        Raises:
            UserError: The family has no latent codes of this shape.
        """

    @abc.abstractmethod
    def units(self, outputs: int) -> int:
        """Return the size of the last axis of the latent codes for an encoder whose last axis has the size `outputs`."""

    @abc.abstractmethod
    def __call__(self, h, training: bool = False) -> Distribution:
        """Return q(z|x) for encoder outputs h of shape (B, *outputs)."""


def vector_size(shape: tuple[int, ...], family: Posterior) -> int:
    """Return D of latent vectors (D,). Raise `UserError` for latent codes of another shape, which `family` does not have."""
    if len(shape) != 1:
        raise UserError(
            f"Expected latent vectors (D,) for {type(family).__name__}. Received: latent codes of shape {tuple(shape)}. "
            "Use DiagonalNormal, or flatten the code."
        )
    return shape[0]
