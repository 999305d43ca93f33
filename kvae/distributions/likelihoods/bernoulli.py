"""Likelihoods of data in [0, 1] with one logit for each value: Bernoulli and continuous Bernoulli."""

import dataclasses

import keras

from kvae.distributions.bernoulli import Bernoulli
from kvae.distributions.continuous_bernoulli import ContinuousBernoulli
from kvae.distributions.likelihoods.base import ChannelwiseLikelihood, event_of


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class BernoulliLikelihood(ChannelwiseLikelihood):
    """Likelihood of binary data, and of grey values in [0, 1] by the cross-entropy convention. h holds logits.

    For grey values p(x|z) is not a normalised density, see `Bernoulli` (Kingma and Welling 2014, appendix C.1;
    Loaiza-Ganem and Cunningham 2019).
    """

    name = "bernoulli"
    support = "unit"

    def __call__(self, h, batch_axes=1, training=False):
        return Bernoulli(h, event=event_of(h, batch_axes))


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class ContinuousBernoulliLikelihood(ChannelwiseLikelihood):
    """Likelihood of grey values in [0, 1]: the continuous Bernoulli. h holds logits.

    It is the Bernoulli cross-entropy with the constant that makes it a density over [0, 1] (Loaiza-Ganem and Cunningham
    2019). See `ContinuousBernoulli`.
    """

    name = "continuous_bernoulli"
    support = "unit"
    density = True

    def __call__(self, h, batch_axes=1, training=False):
        return ContinuousBernoulli(h, event=event_of(h, batch_axes))
