"""Families of likelihoods p(x|z): maps from the output of a decoder to p(x|z), with the range of the data.

The negative log-likelihood is the reconstruction loss. The formulas are those of the distributions: half the squared error
in `kvae.distributions.normal`, the cross-entropy in `kvae.distributions.bernoulli`.

    name                   data                   p(x|z)
    bernoulli              [0, 1]                 probability of 0 and 1; of grey values the cross-entropy convention
    continuous_bernoulli   [0, 1]                 density of grey values with the Bernoulli's parameters
    normal                 any                    normal with σ = 1, or a σ given or learnt for each value
    optimal_normal         any                    normal with one σ, optimal in closed form (σ-VAE)
    laplace                any                    Laplace with scale 1, or a scale given or learnt for each value
    logistic               k / 255                discretised logistic
    logistic_mixture       k / 255                mixture of discretised logistics with coupled channels (PixelCNN++)
    categorical            k / 255                softmax over all levels
"""

import keras

from kvae.distributions.likelihoods.base import Likelihood
from kvae.distributions.likelihoods.bernoulli import BernoulliLikelihood, ContinuousBernoulliLikelihood
from kvae.distributions.likelihoods.levels import CategoricalLikelihood, LogisticLikelihood, LogisticMixtureLikelihood
from kvae.distributions.likelihoods.location_scale import LaplaceLikelihood, LocationScaleLikelihood, NormalLikelihood
from kvae.distributions.likelihoods.optimal_normal import OptimalNormalLikelihood
from kvae.errors import UserError
from kvae.suggest import hint

__all__ = [
    "LIKELIHOODS",
    "BernoulliLikelihood",
    "CategoricalLikelihood",
    "ContinuousBernoulliLikelihood",
    "LaplaceLikelihood",
    "Likelihood",
    "LocationScaleLikelihood",
    "LogisticLikelihood",
    "LogisticMixtureLikelihood",
    "NormalLikelihood",
    "OptimalNormalLikelihood",
    "get",
]

LIKELIHOODS = {
    likelihood.name: likelihood
    for likelihood in (
        BernoulliLikelihood,
        ContinuousBernoulliLikelihood,
        NormalLikelihood,
        OptimalNormalLikelihood,
        LaplaceLikelihood,
        LogisticLikelihood,
        LogisticMixtureLikelihood,
        CategoricalLikelihood,
    )
}
"""Likelihoods by the name that `get` takes."""


def get(likelihood) -> Likelihood:
    """Return the likelihood given by itself, its name or its Keras configuration.

    Raises:
        UserError: `likelihood` is none of these. The message suggests the nearest name.
    """
    if isinstance(likelihood, str) and likelihood in LIKELIHOODS:
        return LIKELIHOODS[likelihood]()
    found = keras.saving.deserialize_keras_object(likelihood) if isinstance(likelihood, dict) else likelihood
    if isinstance(found, Likelihood):
        return found
    repair = hint(str(likelihood), LIKELIHOODS) or " Choose one of them, or pass a kvae.distributions.Likelihood."
    raise UserError(
        f"Expected a likelihood: {', '.join(map(repr, LIKELIHOODS))}. Received: likelihood={likelihood!r}.{repair}"
    )
