"""Importance-weighted autoencoder (Burda, Grosse and Salakhutdinov 2016)."""

from typing import Any

import keras
from keras import ops

from kvae.distributions import DiagonalNormal, Normal
from kvae.errors import UserError
from kvae.models.base.stochastic_layers import StochasticLayers
from kvae.objectives import doubly_reparameterized, importance_bound
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class IWAE(StochasticLayers):
    """Importance-weighted autoencoder: a VAE trained on a bound on log p(x) from K samples of the posterior.

        log p(x) ≥ L_K = E[log(1/K Σ_k w_k)],   w_k = p(x, z_k) / q(z_k|x),   z_k ~ q(z|x)

    L_1 is the ELBO, and L_K rises to log p(x) with K (Burda et al. 2016, theorem 1). Its gradient is that of
    Σ_k w̃_k log w_k with the normalised weights w̃ held fixed (eq. 14): the sample with the largest weight counts most.

    With `doubly_reparameterized` the gradient of the inference network is Σ_k w̃_k² ∂log w_k/∂z_k ∂z_k/∂φ, whose
    signal-to-noise ratio does not fall as K grows (Tucker et al. 2019, eq. 8). This needs one layer of latent units and
    a diagonal normal posterior.

    Args:
        encoder: network x (B, …) -> the parameters of q(z|x), by default (B, 2D).
        decoder: network z (B, D) -> the parameters of p(x|z).
        upper_encoder: network z (B, D) -> means and log σ of q(u|z) (B, 2E) of a second layer u, or None.
        upper_decoder: network u (B, E) -> means and log σ of p(z|u) (B, 2D), or None.
        likelihood: a name or a `Likelihood`.
        samples: number K of samples for each example.
        doubly_reparameterized: True for the gradient of Tucker et al. in the inference network.
        posterior: the family of q(z|x); None for `DiagonalNormal`.
        prior: the family of the prior of the top layer; None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import mlp
        >>> model = IWAE(mlp((8, 8, 1), 4), mlp(2, (8, 8, 1)), samples=5)
        >>> model.latent_shape
        (2,)
    """

    def __init__(
        self,
        encoder,
        decoder,
        upper_encoder=None,
        upper_decoder=None,
        likelihood="bernoulli",
        samples=5,
        doubly_reparameterized=False,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            encoder, decoder, upper_encoder, upper_decoder, likelihood, samples, posterior, prior, seed, **kwargs
        )
        if doubly_reparameterized and upper_encoder is not None:
            raise UserError(
                "Expected one layer of latent units for the doubly reparameterised gradient. Received: upper networks. "
                "Set doubly_reparameterized=False."
            )
        if doubly_reparameterized and not isinstance(self.posterior_family, DiagonalNormal):
            raise UserError(
                "Expected a diagonal normal posterior for the doubly reparameterised gradient. Received: posterior="
                f"{type(self.posterior_family).__name__}. Set doubly_reparameterized=False."
            )
        self.doubly_reparameterized = doubly_reparameterized

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def loss_terms(self, x, training):
        terms = self.importance_terms(
            x, seed=self.seed_generator, samples=self.samples, training=training
        )  # (K, B) each
        return importance_bound(*terms)

    @reports("encoder", "decoder", "loss", "rate", "distortion", "elbo")
    def doubly_reparameterized_terms(self, x, training):
        """Return the losses of the encoder and of the decoder (Tucker et al. 2019, eq. 8), and the bound."""
        qz: Any = self.posterior(x, training=training)  # a `Normal`
        z = qz.sample(self.seed_generator, (self.samples,))  # (K, B, D)
        log_px, log_pz = self.observation(z, training=training).log_prob(x), self.prior().log_prob(z)
        fixed = Normal(ops.stop_gradient(qz.loc), ops.stop_gradient(qz.log_scale), event=qz.event)
        return {
            **doubly_reparameterized(log_px + log_pz - qz.log_prob(z), log_px + log_pz - fixed.log_prob(z)),
            **importance_bound(log_px, log_pz - qz.log_prob(z)),
        }

    # ------------------------------------------------------------------ phases

    def phases(self):
        if self.doubly_reparameterized:
            players = {"encoder": self.inference_networks, "decoder": self.generative_networks}
            return (Phase(self.doubly_reparameterized_terms, over=players),)
        return (Phase(self.loss_terms, over={"loss": [*self.inference_networks, *self.generative_networks]}),)
