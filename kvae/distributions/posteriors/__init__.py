"""Families of posteriors: how the output of an encoder parametrises q(z|x). One family per file.

A further family is a subclass of `Posterior` in a file of this folder. A flow brings its density in the same file; its
networks are in `kvae.networks`.
"""

import keras

from kvae.distributions.posteriors.base import Posterior
from kvae.distributions.posteriors.diagonal_normal import DiagonalNormal
from kvae.distributions.posteriors.full_covariance_normal import FullCovarianceNormal
from kvae.distributions.posteriors.inverse_autoregressive_flow import (
    InverseAutoregressiveFlow,
    InverseAutoregressivePosterior,
)
from kvae.errors import UserError
from kvae.suggest import hint

POSTERIORS = {
    "diagonal_normal": DiagonalNormal,
    "full_covariance_normal": FullCovarianceNormal,
}
"""Families without arguments, by the name that `get` takes."""


def get(posterior) -> Posterior:
    """Return the posterior family given by itself, by its name or by its Keras configuration. None gives `DiagonalNormal`.

    Raises:
        UserError: `posterior` is none of these. The message suggests the nearest name.
    """
    if posterior is None:
        return DiagonalNormal()
    if isinstance(posterior, str) and posterior in POSTERIORS:
        return POSTERIORS[posterior]()
    found = keras.saving.deserialize_keras_object(posterior) if isinstance(posterior, dict) else posterior
    if isinstance(found, Posterior):
        return found
    raise UserError(
        f"Expected a posterior: {', '.join(map(repr, POSTERIORS))} or a kvae.distributions.posteriors.Posterior. "
        f"Received: posterior={posterior!r}.{hint(str(posterior), POSTERIORS)}"
    )


__all__ = [
    "POSTERIORS",
    "DiagonalNormal",
    "FullCovarianceNormal",
    "InverseAutoregressiveFlow",
    "InverseAutoregressivePosterior",
    "Posterior",
    "get",
]
