"""The base class of models with one or two layers of latent units."""

from keras import ops

from kvae.distributions import DiagonalNormal, Distribution
from kvae.errors import UserError
from kvae.models.base.factors import layers_of
from kvae.models.base.variational import VariationalModel


class StochasticLayers(VariationalModel):
    """A model with one layer of latent units z, or with two, u above z (Burda et al. 2016, eq. 1 and 2):

        q(z, u|x) = q(z|x) q(u|z)        p(x, z, u) = p(u) p(z|u) p(x|z)

    q(u|z) and p(z|u) are normal with diagonal covariance. The prior family gives p(u). Without the upper networks there
    is no u, and the prior family gives p(z). A subclass averages the log-weights of K samples in its `loss_terms`.

    Args:
        encoder: network x (B, …) -> the parameters of q(z|x).
        decoder: network z (B, D) -> the parameters of p(x|z).
        upper_encoder: network z (B, D) -> means and log σ of q(u|z) (B, 2E), or None.
        upper_decoder: network u (B, E) -> means and log σ of p(z|u) (B, 2D), or None.
        likelihood: a name or a `Likelihood`.
        samples: number K of samples for each example.
        posterior: the family of q(z|x); None for `DiagonalNormal`.
        prior: the family of the prior of the top layer; None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.
    """

    def __init__(
        self,
        encoder,
        decoder,
        upper_encoder=None,
        upper_decoder=None,
        likelihood="bernoulli",
        samples=1,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        if (upper_encoder is None) != (upper_decoder is None):
            raise UserError(
                "Expected both upper networks, or neither. Received: only one of upper_encoder and upper_decoder."
            )
        if samples < 1:
            raise UserError(f"Expected at least one sample of the posterior. Received: samples={samples}.")
        self.encoder, self.decoder = encoder, decoder
        self.upper_encoder, self.upper_decoder = upper_encoder, upper_decoder
        self.samples = samples
        self.check_networks()

    @property
    def latent_layers(self) -> int:
        return 1 if self.upper_encoder is None else 2

    @property
    def inference_networks(self) -> list:
        """The networks of q, and the posterior family if it has weights."""
        return layers_of(self.encoder, self.upper_encoder, self.posterior_family)

    @property
    def generative_networks(self) -> list:
        """The networks of p, and the prior family if it has weights."""
        return layers_of(self.decoder, self.upper_decoder, self.prior_family)

    # ------------------------------------------------------------------ factors

    def prior(self) -> Distribution:
        """Return the prior of the top layer: p(z), or p(u)."""
        if self.latent_layers == 1:
            return super().prior()
        return self.prior_family(tuple(self.upper_decoder.input_shape[1:]))

    def upper_posterior(self, z, training: bool = False) -> Distribution:
        """Return q(u|z), over (B, E)."""
        return DiagonalNormal()(self.upper_encoder(z, training=training))

    def lower_prior(self, u, training: bool = False) -> Distribution:
        """Return p(z|u), over (B, D)."""
        return DiagonalNormal()(self.upper_decoder(u, training=training))

    def sample_prior(self, seed, n, temperature=1.0):
        top = super().sample_prior(seed, n, temperature=temperature)
        return top if self.latent_layers == 1 else self.lower_prior(top).sample(seed)

    # ------------------------------------------------------------------ bounds

    def importance_terms(self, x, *, seed, samples, training=False):
        if self.latent_layers == 1:
            return super().importance_terms(x, seed=seed, samples=samples, training=training)
        z, log_qz = self.posterior(x, training=training).sample_and_log_prob(seed, (samples,))  # (K, B, D), (K, B)
        flat = ops.reshape(z, (-1, z.shape[-1]))  # (K, B, D) -> (K · B, D)
        u, log_qu = self.upper_posterior(flat, training).sample_and_log_prob(seed)  # (K · B, E), (K · B,)
        above = self.prior().log_prob(u) + self.lower_prior(u, training).log_prob(flat) - log_qu
        log_ratio = ops.reshape(above, (samples, -1)) - log_qz  # (K · B,) -> (K, B)
        return self.observation(z, training=training).log_prob(x), log_ratio

    def rate_and_distortion(self, x, *, seed, samples=1):
        if self.latent_layers == 1:
            return super().rate_and_distortion(x, seed=seed, samples=samples)
        log_px, log_ratio = self.importance_terms(x, seed=seed, samples=samples)  # (K, B)
        return -ops.mean(log_ratio, axis=0), -ops.mean(log_px, axis=0)
