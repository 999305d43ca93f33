"""Autoencoder."""

import keras

from kvae.models.base import LatentModel
from kvae.objectives import batch_mean
from kvae.training import reports


@keras.saving.register_keras_serializable("kvae")
class Autoencoder(LatentModel):
    """Autoencoder: a deterministic latent code z = f(x), decoded through a likelihood p(x|z).

        loss = distortion = −log p(x | z = f(x))

    The likelihood decides how errors are measured. With "normal" the distortion is half the squared error, with
    "laplace" the absolute error, both up to a constant, and with "bernoulli" the cross-entropy. The model has no prior,
    so `sample` needs a sampler.

    Args:
        encoder: network x (B, …) -> z (B, *latent).
        decoder: network z (B, *latent) -> parameters of p(x|z).
        likelihood: a name or a `Likelihood`.

    Example:
        >>> from kvae.networks import mlp
        >>> model = Autoencoder(mlp((8, 8, 1), 2), mlp(2, (8, 8, 1)))
        >>> model.encode(np.zeros((4, 8, 8, 1))).shape
        (4, 2)
    """

    def __init__(self, encoder, decoder, likelihood="normal", **kwargs):
        super().__init__(likelihood, **kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.check_networks()

    # ------------------------------------------------------------------ factors

    def code(self, x, *, training: bool = False):
        return self.encoder(x, training=training)

    # ------------------------------------------------------------------ losses

    @reports("loss", "distortion")
    def loss_terms(self, x, training):
        px = self.observation(self.code(x, training=training), training=training)
        distortion = -batch_mean(px.log_prob(x))
        return {"loss": distortion, "distortion": distortion}
