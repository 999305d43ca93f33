"""Variational autoencoder with one or two layers of latent units, the baseline of the IWAE (Burda et al. 2016)."""

import keras

from kvae.models.base.stochastic_layers import StochasticLayers
from kvae.objectives import sampled_negative_elbo
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class LayeredVAE(StochasticLayers):
    """Variational autoencoder with one or two layers of latent units, trained on the ELBO, estimated from K samples.

        log p(x) ≥ elbo = E[1/K Σ_k log w_k],   w_k = p(x, z_k) / q(z_k|x),   z_k ~ q(z|x)

    It is the baseline of an IWAE. It has the same factors and samples, but averages the logarithms of the weights,
    where the IWAE takes the logarithm of their average (Burda et al. 2016, eq. 7 and section 5). More samples make the
    gradient less noisy and do not change the bound. For one layer and one sample use `VAE`, which has the rate in
    closed form.

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
