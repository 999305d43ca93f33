"""Distributions as frozen values: log densities in nats, reparameterised samples and KL divergences.

A distribution holds tensors and one number, `event`, the number of trailing axes that form one draw. `log_prob` and `kl`
sum over these axes and reduce nothing else. A likelihood turns a decoder's output into a distribution of the data. A
posterior family turns an encoder's output into a distribution of latent codes, and a prior family makes the distribution
with which the posterior is compared.

    qz = DiagonalNormal()(encoder(x))              # encoder(x): (B, 2D); qz: over (B, D)
    pz = StandardNormal()((D,))
    z, rate = sample_with_kl(qz, pz, seed)         # (B, D), (B,)
    px = likelihoods.get("bernoulli")(decoder(z))
    distortion = -px.log_prob(x)                   # (B,)
"""

from kvae.distributions import labels as labels
from kvae.distributions import likelihoods as likelihoods
from kvae.distributions import posteriors as posteriors
from kvae.distributions import priors as priors
from kvae.distributions.base import Distribution as Distribution
from kvae.distributions.base import IndependentUnits as IndependentUnits
from kvae.distributions.bernoulli import Bernoulli as Bernoulli
from kvae.distributions.categorical import Categorical as Categorical
from kvae.distributions.categorical import CategoricalLevels as CategoricalLevels
from kvae.distributions.continuous_bernoulli import ContinuousBernoulli as ContinuousBernoulli
from kvae.distributions.joint import Joint as Joint
from kvae.distributions.kl import has_closed_form as has_closed_form
from kvae.distributions.kl import kl as kl
from kvae.distributions.kl import kl_per_unit as kl_per_unit
from kvae.distributions.kl import sample_with_kl as sample_with_kl
from kvae.distributions.labels import BinaryLabels as BinaryLabels
from kvae.distributions.labels import ClassLabels as ClassLabels
from kvae.distributions.laplace import Laplace as Laplace
from kvae.distributions.likelihoods import Likelihood as Likelihood
from kvae.distributions.logistic import DiscretizedLogistic as DiscretizedLogistic
from kvae.distributions.logistic_mixture import DiscretizedLogisticMixture as DiscretizedLogisticMixture
from kvae.distributions.mixture import Mixture as Mixture
from kvae.distributions.multivariate_normal import MultivariateNormal as MultivariateNormal
from kvae.distributions.normal import Normal as Normal
from kvae.distributions.normal import standard_normal as standard_normal
from kvae.distributions.optimal_normal import OptimalNormal as OptimalNormal
from kvae.distributions.posteriors import DiagonalNormal as DiagonalNormal
from kvae.distributions.posteriors import FullCovarianceNormal as FullCovarianceNormal
from kvae.distributions.posteriors import InverseAutoregressiveFlow as InverseAutoregressiveFlow
from kvae.distributions.posteriors import InverseAutoregressivePosterior as InverseAutoregressivePosterior
from kvae.distributions.posteriors import Posterior as Posterior
from kvae.distributions.priors import MixtureOfNormals as MixtureOfNormals
from kvae.distributions.priors import Prior as Prior
from kvae.distributions.priors import StandardNormal as StandardNormal
from kvae.distributions.priors import VampPrior as VampPrior
