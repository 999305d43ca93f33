"""Style transfer by the mean latent codes of two sets of images, with a network that sharpens the result."""

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.distributions import sample_with_kl
from kvae.distributions.checks import check_count, check_images
from kvae.errors import UserError
from kvae.models.base import VariationalModel
from kvae.models.base.factors import layers_of
from kvae.objectives import batch_mean, half_squared_error, negative_elbo
from kvae.training import Phase, reports, started


@keras.saving.register_keras_serializable("kvae")
class StyleTransferVAE(VariationalModel):
    """A VAE that shifts latent codes by the mean codes of two sets of images A and B, such as photographs and paintings.

        z' = z − a · mean z(A) + b · mean z(B)

    It is trained as a VAE, loss = distortion + β · rate, in nats. A refiner R sharpens the images x̂ of the decoder. From
    round `start` on it minimises

        refiner = w · ‖x − R(x̂)‖² + γ / ‖R(x̂) − x̂‖²

    where the second term repels R(x̂) from the blurred x̂, and does not change the VAE. Source: the code of sunsided,
    vae-style-transfer, where w = 0.6 and γ = 4000 at 320×180, and where the VAE is trained first.

    Args:
        encoder: network x -> the parameters of q(z|x), by default (B, 2D).
        decoder: network z (B, D) -> the parameters of p(x|z).
        refiner: network x̂ -> an image of the same shape, such as `kvae.networks.residual_generator`, or None.
        likelihood: a name or a `Likelihood`. `NormalLikelihood(0.5 ** 0.5)` has the sum of squared errors of the source.
        beta: β; a variable, which a callback may anneal.
        beta_error, beta_repulsion: w and γ; variables.
        start: number of rounds after which the refiner begins.
        posterior: a `Posterior`, its name, or None for `DiagonalNormal`.
        prior: a `Prior`, or None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import conv_decoder, conv_encoder
        >>> model = StyleTransferVAE(conv_encoder((16, 16, 3), 8, 4), conv_decoder(4, (16, 16, 3), 4))
        >>> photographs, paintings = np.zeros((5, 16, 16, 3)), np.ones((5, 16, 16, 3))
        >>> model.restyle(photographs[:2], photographs, paintings).shape
        (2, 16, 16, 3)
    """

    def __init__(
        self,
        encoder,
        decoder,
        refiner=None,
        likelihood="normal",
        beta=1.0,
        beta_error=0.6,
        beta_repulsion=4000.0,
        start=0,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        self.encoder, self.decoder, self.refiner = encoder, decoder, refiner
        check_count(start, "start", least=0)
        self.start = start
        self.check_networks()
        self.beta = self.add_scalar("beta", beta)
        self.beta_error = self.add_scalar("beta_error", beta_error)
        self.beta_repulsion = self.add_scalar("beta_repulsion", beta_repulsion)

    def check_networks(self):
        super().check_networks()
        if self.refiner is not None:
            self.check_network("refiner", self.refiner, self.data_shape, self.data_shape)

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def loss_terms(self, x, training):
        return self._terms_of_vae(x, training)[0]

    @reports("loss", "rate", "distortion", "elbo", "refiner", "refiner_active")
    def refined_terms(self, x, training):
        """Return the terms of the VAE and of the refiner."""
        terms, x_hat = self._terms_of_vae(x, training)
        x_hat = ops.stop_gradient(x_hat)
        refined = self.refiner(x_hat, training=training)
        error = 2 * batch_mean(half_squared_error(x, refined))
        repulsion = batch_mean(1 / (2 * half_squared_error(refined, x_hat) + 1e-6))
        refiner = self.beta_error * error + self.beta_repulsion * repulsion
        return {**terms, "refiner": refiner, "refiner_active": started(self, self.start)}

    def _terms_of_vae(self, x, training: bool):
        """Return the terms of the VAE, and the mean of p(x|z)."""
        qz, pz = self.posterior(x, training=training), self.prior()
        z, rate = sample_with_kl(qz, pz, self.seed_generator)  # (B, *latent), (B,)
        px = self.observation(z, training=training)
        return negative_elbo(px.log_prob(x), rate, self.beta), px.mean

    # ------------------------------------------------------------------ phases

    def phases(self):
        networks = {"loss": [self.encoder, self.decoder, *layers_of(self.posterior_family, self.prior_family)]}
        if self.refiner is None:
            return (Phase(self.loss_terms, networks),)
        players = {**networks, "refiner": [self.refiner]}
        return (Phase(self.refined_terms, players, gates={"refiner": "refiner_active"}),)

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def restyle(
        self, x, source, target, source_amount: float = 1.0, target_amount: float = 1.0, batch_size: int = 256
    ) -> np.ndarray:
        """Return `x` (N, …) with codes z − a · mean z(`source`) + b · mean z(`target`), refined if there is a refiner.

        Args:
            x: images.
            source, target: the sets A and B of images, (M, …) each. The means of a few hundred codes are steady.
            source_amount, target_amount: a and b; in the source 0.25, and from 0.5 to 1.
            batch_size: number of images that are computed at once.
        """
        code, of_source, of_target = (self.encode(images, batch_size=batch_size) for images in (x, source, target))
        shift = target_amount * of_target.mean(axis=0) - source_amount * of_source.mean(axis=0)
        decoded = self.decode(code + shift, batch_size=batch_size)
        return decoded if self.refiner is None else self.refine(np.clip(decoded, 0, 1), batch_size=batch_size)

    def refine(self, x, batch_size: int = 256) -> np.ndarray:
        """Return images `x` (N, …) of the decoder after the refiner: (N, …)."""
        if self.refiner is None:
            raise UserError("Expected a model with a refiner. Received: refiner=None.")
        check_images(as_array(x), "x", self.data_shape, "a refiner")
        return self.batched("refine", self.refiner, x, batch_size=batch_size)
