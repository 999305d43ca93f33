"""Importance-weighted autoencoder (Burda, Grosse and Salakhutdinov 2016)."""

import keras
from keras import ops

from kvae.distributions import Normal
from kvae.errors import UserError
from kvae.models.base.stochastic_layers import StochasticLayers
from kvae.objectives import doubly_reparameterized, importance_bound
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class IWAE(StochasticLayers):
    """Importance-weighted autoencoder: trained on the bound of K weighted samples of its posterior.

        log p(x) ≥ L_K = E[log 1/K Σ_k w_k],   w_k = p(x, z_k) / q(z_k|x),   z_k ~ q(z|x)

    L_1 is the ELBO, and L_K rises to log p(x) with K (Burda et al. 2016, theorem 1). Its gradient is that of
    Σ_k w̃_k log w_k with the normalised weights w̃ held fixed (eq. 14): the best sample counts most.

    With `doubly_reparameterized` the inference net learns from Σ_k w̃_k² ∂log w_k/∂z_k ∂z_k/∂φ instead, a signal that
    does not fade as K grows (Tucker et al. 2019, eq. 8). It is there for one layer of latent units.

    Args:
        encoder: net x (B, …) -> z (B, 2D): the mean and log σ of q(z|x).
        decoder: net z (B, D) -> parameters of p(x|z).
        upper_encoder, upper_decoder: nets z (B, D) -> u (B, 2E) and u (B, E) -> z (B, 2D) of a second layer, or None.
        likelihood: a name or a `Likelihood`.
        samples: K.
        doubly_reparameterized: which gradient the inference net gets.
        seed: of the samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
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
        seed=None,
        **kwargs,
    ):
        super().__init__(encoder, decoder, upper_encoder, upper_decoder, likelihood, samples, seed, **kwargs)
        if doubly_reparameterized and upper_encoder is not None:
            raise UserError(
                "Expected one layer of latent units for the doubly reparameterised gradient. Received: upper nets. "
                "Set doubly_reparameterized=False."
            )
        self.doubly_reparameterized = doubly_reparameterized

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def bound(self, x, training):
        log_px, log_ratio = self.importance_terms(
            x, noise=self.noise, samples=self.samples, training=training
        )  # (K, B)
        return importance_bound(log_px, log_ratio)

    @reports("encoder", "decoder", "loss", "rate", "distortion", "elbo")
    def bound_by_paths(self, x, training):
        qz = self.posterior(x, training)
        z = qz.sample(self.noise, (self.samples,))  # (K, B, D)
        log_px, log_pz = self.observation(z, training).log_prob(x), self.prior().log_prob(z)
        fixed = Normal(ops.stop_gradient(qz.loc), ops.stop_gradient(qz.log_scale))
        return {
            **doubly_reparameterized(log_px + log_pz - qz.log_prob(z), log_px + log_pz - fixed.log_prob(z)),
            **importance_bound(log_px, log_pz - qz.log_prob(z)),
        }

    # ------------------------------------------------------------------ phases

    def phases(self):
        if self.doubly_reparameterized:
            players = {"encoder": self.inference_nets, "decoder": self.generative_nets}
            return (Phase(self.bound_by_paths, over=players),)
        return (Phase(self.bound, over={"loss": [*self.inference_nets, *self.generative_nets]}),)
