"""Deep feature consistent variational autoencoder (Hou, Shen, Sun and Qiu 2017)."""

import keras
from keras import ops

from kvae.capabilities import DENSITY
from kvae.distributions import kl, likelihoods, standard_normal
from kvae.errors import UserError
from kvae.models.base.latent import LatentModel, gaussian, observe
from kvae.objectives import batch_mean
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class DFCVAE(LatentModel):
    """DFC-VAE: a VAE whose error is measured in the feature maps of a net that was trained for something else.

        features = Σ_l ½ · mean (f_l(x) − f_l(x̂))²        loss = features + β · rate

    with the rate in nats, means over a map's channels and places (Hou et al. 2017, eq. 3 and 5). The feature net never
    moves, batch statistics included. Pixels have no likelihood of their own here; `likelihood` says which range the data
    have, and how outputs become a picture.

    Args:
        encoder: net x (B, …) -> (B, 2D): the mean and log σ of q(z|x).
        decoder: net z (B, D) -> what `likelihood` makes a picture of.
        features: net x -> a map, or a list of maps; preprocessing included.
        likelihood: a name or a `Likelihood`.
        beta: weight of the rate; a variable, which a callback may anneal.
        seed: of the posterior samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
    """

    capabilities = LatentModel.capabilities - {DENSITY}

    def __init__(self, encoder, decoder, features, likelihood="bernoulli", beta=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder, self.features = encoder, decoder, features
        self.features.trainable = False
        self.likelihood = likelihoods.get(likelihood)
        self.check_nets(codes=2)
        if tuple(features.input_shape[1:]) != self.data_shape:
            raise UserError(
                f"Expected a feature net of pictures {self.data_shape}. Received: one of {features.input_shape[1:]}."
            )
        self.beta = self.add_scalar("beta", beta)
        self.seed = seed
        self.noise = keras.random.SeedGenerator(seed)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, training=False):
        return gaussian(self.encoder(x, training=training))

    def prior(self):
        return standard_normal(self.latent_shape)

    def observation(self, z, training=False):
        return observe(self.likelihood, self.decoder, z, training)

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "features")
    def perceptual(self, x, training):
        qz = self.posterior(x, training)
        x_hat = self.observation(qz.sample(self.noise), training).mean
        rate = batch_mean(kl(qz, standard_normal()))
        error = sum(_half_mean_square(f, f_hat) for f, f_hat in zip(self._maps(x), self._maps(x_hat), strict=True))
        return {"loss": error + self.beta * rate, "rate": rate, "features": error}

    def _maps(self, x):
        maps = self.features(x, training=False)
        return maps if isinstance(maps, list | tuple) else [maps]

    # ------------------------------------------------------------------ phases

    def phases(self):
        return (Phase(self.perceptual, over={"loss": [self.encoder, self.decoder]}),)


def _half_mean_square(f, f_hat):
    return 0.5 * batch_mean(ops.mean(ops.square(f - f_hat), axis=tuple(range(1, len(f.shape)))))
