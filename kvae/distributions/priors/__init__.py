"""Families of priors p(z), some of them with weights that are trained. One family per file."""

import keras

from kvae.distributions.priors.base import Prior
from kvae.distributions.priors.mixture_of_normals import MixtureOfNormals
from kvae.distributions.priors.standard_normal import StandardNormal
from kvae.distributions.priors.vamp_prior import VampPrior
from kvae.errors import UserError
from kvae.suggest import hint

__all__ = ["MixtureOfNormals", "Prior", "StandardNormal", "VampPrior", "get"]


def get(prior) -> Prior:
    """Return the prior family given by itself, by its Keras configuration or by its name "standard_normal".

    None gives `StandardNormal`.

    Raises:
        UserError: `prior` is none of these. The message suggests the name if it is misspelt.
    """
    if prior is None or prior == "standard_normal":
        return StandardNormal()
    found = keras.saving.deserialize_keras_object(prior) if isinstance(prior, dict) else prior
    if isinstance(found, Prior):
        return found
    raise UserError(
        f"Expected a prior: 'standard_normal' or a kvae.distributions.priors.Prior. Received: prior={prior!r}."
        f"{hint(str(prior), ['standard_normal'])}"
    )
