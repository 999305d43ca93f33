"""Variational autoencoder with one or two layers of latent units, the baseline of the IWAE (Burda et al. 2016)."""

import keras

from kvae.models.base.stochastic_layers import StochasticLayers
from kvae.objectives import sampled_negative_elbo
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class LayeredVAE(StochasticLayers):
    """Variational autoencoder with one or two layers of latent units, trained on the ELBO as the mean of K samples.

        log p(x) ≥ elbo = E[1/K Σ_k log w_k],   w_k = p(x, z_k) / q(z_k|x),   z_k ~ q(z|x)

    It is the baseline of an IWAE: the same factors and samples, the mean of logarithms in place of the logarithm of the
    mean (Burda et al. 2016, eq. 7 and section 5). More samples make the gradient less noisy and leave the bound as it
    is. For one layer and one sample, `VAE` has the rate in closed form.

    The arguments are those of `StochasticLayers`.

    Example:
        >>> from kvae.networks import mlp
        >>> model = LayeredVAE(mlp((8, 8, 1), 4), mlp(2, (8, 8, 1)), mlp(2, 2), mlp(1, 4), samples=5)
        >>> model.latent_layers
        2
    """

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def loss_terms(self, x, training):
        terms = self.importance_terms(
            x, seed=self.seed_generator, samples=self.samples, training=training
        )  # (K, B) each
        return sampled_negative_elbo(*terms)

    # ------------------------------------------------------------------ phases

    def phases(self):
        return (Phase(self.loss_terms, over={"loss": [*self.inference_networks, *self.generative_networks]}),)
