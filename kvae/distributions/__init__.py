"""Distributions as frozen values: densities in nats, reparameterised samples, closed-form divergences.

A distribution holds tensors and one number, `event`: how many trailing axes form one draw. `log_prob` and
`kl` sum over these axes and reduce nothing else. A likelihood turns what a decoder returns into such a
distribution of the data.

    qz = Normal(loc, log_scale)                    # loc, log_scale: (B, D)
    z = qz.sample(seed, (K,))                      # (K, B, D)
    rate = kl(qz, standard_normal())               # (B,)
    px = likelihoods.get("bernoulli")(decoder(z))
    distortion = -px.log_prob(x)
"""

from kvae.distributions import labels as labels
from kvae.distributions import likelihoods as likelihoods
from kvae.distributions.base import Distribution as Distribution
from kvae.distributions.bernoulli import Bernoulli as Bernoulli
from kvae.distributions.categorical import Categorical as Categorical
from kvae.distributions.categorical import CategoricalLevels as CategoricalLevels
from kvae.distributions.kl import kl as kl
from kvae.distributions.kl import kl_per_unit as kl_per_unit
from kvae.distributions.labels import BinaryLabels as BinaryLabels
from kvae.distributions.labels import ClassLabels as ClassLabels
from kvae.distributions.laplace import Laplace as Laplace
from kvae.distributions.likelihoods import Likelihood as Likelihood
from kvae.distributions.logistic import DiscretizedLogistic as DiscretizedLogistic
from kvae.distributions.normal import Normal as Normal
from kvae.distributions.normal import standard_normal as standard_normal
