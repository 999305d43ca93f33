"""Variational autoencoder with one or two layers of latent units, as it stands beside the IWAE (Burda et al. 2016)."""

import keras

from kvae.models.base.stochastic_layers import StochasticLayers
from kvae.objectives import sampled_negative_elbo
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class LayeredVAE(StochasticLayers):
    """Variational autoencoder with one or two layers of latent units, on the ELBO as the mean of K samples.

        log p(x) ≥ elbo = E[1/K Σ_k log w_k],   w_k = p(x, z_k) / q(z_k|x),   z_k ~ q(z|x)

    It is what an IWAE is compared with: the same factors, the same samples, the mean of logarithms in place of the
    logarithm of the mean (Burda et al. 2016, eq. 7 and section 5). More samples quiet the gradient and leave the bound as
    it is. With one layer and one sample, `VAE` has the rate in closed form.

    Args:
        encoder: net x (B, …) -> z (B, 2D): the mean and log σ of q(z|x).
        decoder: net z (B, D) -> parameters of p(x|z).
        upper_encoder, upper_decoder: nets z (B, D) -> u (B, 2E) and u (B, E) -> z (B, 2D) of a second layer, or None.
        likelihood: a name or a `Likelihood`.
        samples: K.
        seed: of the samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
    """

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def free_energy(self, x, training):
        return sampled_negative_elbo(
            *self.importance_terms(x, noise=self.noise, samples=self.samples, training=training)
        )

    # ------------------------------------------------------------------ phases

    def phases(self):
        return (Phase(self.free_energy, over={"loss": [*self.inference_nets, *self.generative_nets]}),)
