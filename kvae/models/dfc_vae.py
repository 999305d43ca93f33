"""Deep feature consistent variational autoencoder (Hou, Shen, Sun and Qiu 2017)."""

import keras

from kvae.capabilities import DENSITY
from kvae.distributions import sample_with_kl
from kvae.errors import UserError
from kvae.models.base import VariationalModel
from kvae.objectives import batch_mean, feature_error
from kvae.training import reports


@keras.saving.register_keras_serializable("kvae")
class DFCVAE(VariationalModel):
    """DFC-VAE: a VAE whose error is measured in the feature maps of another network.

        features = Σ_l ½ · mean (f_l(x) − f_l(x̂))²        loss = features + β · rate

    with the rate in nats, and means over a map's channels and places (Hou et al. 2017, eq. 3 and 5). The weights and
    batch statistics of the feature network never change. The loss contains no likelihood of pixels: `likelihood` only
    decides which data are accepted, and how the decoder's output becomes an image.

    Args:
        encoder: network x (B, …) -> the parameters of q(z|x), by default (B, 2D).
        decoder: network z (B, D) -> the parameters of `likelihood`.
        features: network x -> a map, or a list of maps; it includes any preprocessing.
        likelihood: a name or a `Likelihood`.
        beta: weight of the rate; a variable, which a callback may anneal.
        posterior: a `Posterior`, its name, or None for `DiagonalNormal`.
        prior: a `Prior`, or None for `StandardNormal`.
        seed: seed of the posterior samples drawn in training. None draws a seed, which `keras.utils.set_random_seed`
            fixes.

    Example:
        >>> from kvae.networks import mlp
        >>> model = DFCVAE(mlp((8, 8, 1), 4), mlp(2, (8, 8, 1)), features=mlp((8, 8, 1), (4, 4, 3)))
        >>> model.reconstruct(np.zeros((2, 8, 8, 1))).shape
        (2, 8, 8, 1)
    """

    provides = VariationalModel.provides - {DENSITY}

    def __init__(
        self,
        encoder,
        decoder,
        features,
        likelihood="bernoulli",
        beta=1.0,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.features = features
        self.features.trainable = False
        self.check_networks()
        if tuple(features.input_shape[1:]) != self.data_shape:
            raise UserError(
                f"Expected a feature network for images of shape {self.data_shape}. "
                f"Received: one for {features.input_shape[1:]}."
            )
        self.beta = self.add_scalar("beta", beta)

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "features")
    def loss_terms(self, x, training):
        qz, pz = self.posterior(x, training=training), self.prior()  # q(z|x), p(z)
        z, rate = sample_with_kl(qz, pz, self.seed_generator)  # (B, *latent), (B,)
        x_hat = self.observation(z, training=training).mean  # E[x|z]
        maps = zip(self._maps(x), self._maps(x_hat), strict=True)
        error, rate = sum(feature_error(f, f_hat) for f, f_hat in maps), batch_mean(rate)
        return {"loss": error + self.beta * rate, "rate": rate, "features": error}

    def _maps(self, x):
        maps = self.features(x, training=False)
        return maps if isinstance(maps, list | tuple) else [maps]
