"""The base class of models with a posterior and a prior."""

from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.capabilities import DECODER, DENSITY, POSTERIOR, UNIT_KL
from kvae.distributions import (
    DiagonalNormal,
    Distribution,
    StandardNormal,
    kl_per_unit,
    posteriors,
    priors,
    sample_with_kl,
)
from kvae.models.base.latent import LatentModel


class VariationalModel(LatentModel):
    """A latent-variable model with an approximate posterior:

        posterior     q(z|x)     the posterior family, with the encoder's output as parameters
        prior         p(z)       the prior family
        observation   p(x|z)     the likelihood, with the decoder's output as parameters

    Args:
        likelihood: a name or a `Likelihood`.
        posterior: a `Posterior`, its name, or None for `DiagonalNormal`.
        prior: a `Prior`, or None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.
    """

    provides = frozenset({DECODER, POSTERIOR, DENSITY, UNIT_KL})
    stored_as: ClassVar = {"posterior": "posterior_family", "prior": "prior_family"}

    latent_layers = 1
    """Number of layers of latent units. With two, `posterior` is q(z₁|x) of the bottom layer and `prior` is p(z₂) of
    the top layer."""

    def __init__(self, likelihood="bernoulli", posterior=None, prior=None, seed=None, **kwargs):
        super().__init__(likelihood, **kwargs)
        self.posterior_family, self.prior_family = posteriors.get(posterior), priors.get(prior)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    @property
    def capabilities(self) -> frozenset[str]:
        closed = isinstance(self.posterior_family, DiagonalNormal) and isinstance(self.prior_family, StandardNormal)
        return self.provides if closed and self.latent_layers == 1 else self.provides - {UNIT_KL}

    def described(self):
        families = {"posterior": self.posterior_family, "prior": self.prior_family}
        return super().described() | {name: type(family).__name__ for name, family in families.items()}

    # ------------------------------------------------------------------ factors

    def posterior(self, x, *condition, training: bool = False) -> Distribution:
        """Return q(z|x), over (B, *latent)."""
        return self.posterior_family(self.encoder(x, training=training), training)

    def prior(self, *condition) -> Distribution:
        """Return p(z), over (*latent,)."""
        return self.prior_family(self.latent_shape, self.posterior)

    def code(self, x, *condition, training: bool = False):
        return self.posterior(x, *condition, training=training).mean

    def draw_code(self, x, *condition, seed):
        return self.posterior(x, *condition).sample(seed)

    def sample_prior(self, seed, n: int, *condition, temperature: float = 1.0):
        """Return `n` draws of the prior, (n, *latent). `temperature` scales their distance from the prior's mean."""
        prior = self.prior(*condition)
        z = prior.sample(seed) if condition else prior.sample(seed, (n,))
        return prior.mean + temperature * (z - prior.mean)

    def check_networks(self) -> None:
        self.check_decoder()
        self.check_network("encoder", self.encoder, self.posterior_family.outputs(self.latent_shape))
        self.prior_family.check(self.latent_shape, self.data_shape)

    # ------------------------------------------------------------------ bounds

    def importance_terms(self, x, *condition, seed, samples: int, training: bool = False):
        """Return log p(x|z_k) and log p(z_k) − log q(z_k|x) of K draws z_k ~ q(z|x): (K, B) each, in nats."""
        qz = self.posterior(x, *condition, training=training)
        z, log_qz = qz.sample_and_log_prob(seed, (samples,))  # (K, B, *latent), (K, B)
        log_px = self.observation(z, *condition, training=training).log_prob(x)
        return log_px, self.prior(*condition).log_prob(z) - log_qz

    def log_weights(self, x, *condition, seed, samples: int, training: bool = False):
        """Return log p(x, z_k) − log q(z_k|x) of K draws z_k ~ q(z|x): (K, B), in nats. Their mean estimates the ELBO."""
        log_px, log_ratio = self.importance_terms(x, *condition, seed=seed, samples=samples, training=training)
        return log_px + log_ratio

    def rate_and_distortion(self, x, *condition, seed, samples: int = 1):
        """Return KL(q(z|x) ‖ p(z)) and −1/K Σ_k log p(x|z_k): (B,) each, in nats.

        A KL without a closed form is estimated from the same K draws.
        """
        z, rate = sample_with_kl(self.posterior(x, *condition), self.prior(*condition), seed, (samples,))
        log_px = self.observation(z, *condition).log_prob(x)  # (K, B)
        return rate, -ops.mean(log_px, axis=0)

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def posterior_parameters(self, x, *condition, batch_size: int = 256) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the standard deviation of q(z|x), (N, *latent) each."""
        self.check(as_array(x), *condition)

        def parameters(*data):
            qz: Any = self.posterior(*data)  # which has a standard deviation
            return qz.mean, qz.stddev

        return self.batched("posterior_parameters", parameters, x, *condition, batch_size=batch_size)

    def rate_per_unit(self, x, *condition, batch_size: int = 256) -> np.ndarray:
        """Return KL(q(z_j|x) ‖ p(z_j)) of each latent unit: (N, *latent), in nats.

        The model needs the capability `UNIT_KL`, a closed form of this KL.
        """
        self.check(as_array(x), *condition)

        def rates(x, *condition):
            return kl_per_unit(self.posterior(x, *condition), self.prior(*condition))

        return self.batched("rate_per_unit", rates, x, *condition, batch_size=batch_size)
