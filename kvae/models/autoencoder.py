"""Autoencoder."""

import keras

from kvae.capabilities import DECODER
from kvae.distributions import likelihoods
from kvae.models.base.latent import LatentModel, observe
from kvae.objectives import batch_mean
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class Autoencoder(LatentModel):
    """Autoencoder: a deterministic code z = f(x), read back through a likelihood p(x|z).

        loss = distortion = −log p(x | z = f(x))

    The likelihood names the error: "normal" is half the squared error (L2), "laplace" the absolute error (L1), both up
    to a constant, and "bernoulli" the cross-entropy. There is no prior, hence no `sample`.

    Args:
        encoder: net x (B, …) -> z (B, D).
        decoder: net z (B, D) -> parameters of p(x|z).
        likelihood: a name or a `Likelihood`.
    """

    capabilities = frozenset({DECODER})

    def __init__(self, encoder, decoder, likelihood="normal", **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.likelihood = likelihoods.get(likelihood)
        self.check_nets(codes=1)

    # ------------------------------------------------------------------ factors

    def code(self, x, training=False):
        return self.encoder(x, training=training)

    def observation(self, z, training=False):
        return observe(self.likelihood, self.decoder, z, training)

    # ------------------------------------------------------------------ losses

    @reports("loss", "distortion")
    def reconstruction(self, x, training):
        px = self.observation(self.code(x, training), training)
        distortion = -batch_mean(px.log_prob(x))
        return {"loss": distortion, "distortion": distortion}

    # ------------------------------------------------------------------ phases

    def phases(self):
        return (Phase(self.reconstruction, over={"loss": [self.encoder, self.decoder]}),)
