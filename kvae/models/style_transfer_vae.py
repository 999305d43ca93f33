"""Style transfer by the mean latent codes of two sets of images, with a network that sharpens the result."""

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.capabilities import REFINED, STRENGTH, TRANSLATION, TWO_WAY
from kvae.distributions import sample_with_kl
from kvae.distributions.checks import check_count, check_images, check_weight
from kvae.distributions.labels import ClassLabels
from kvae.errors import UserError
from kvae.models.base import VariationalModel
from kvae.models.base.factors import layers_of
from kvae.objectives import batch_mean, half_squared_error, negative_elbo
from kvae.training import Phase, reports, started

MEASURED = 1000
"""Largest number of training images of a domain whose codes are averaged after each epoch."""

LOADED = 100
"""Number of them that are held in memory at once."""


@keras.saving.register_keras_serializable("kvae")
class StyleTransferVAE(VariationalModel):
    """A VAE that shifts latent codes by the mean codes of two domains A and B, such as photographs and paintings.

        z' = z − a · mean z(A) + b · mean z(B)

    `translate` shifts by the mean codes m of the domains that the model holds, z' = z + s · (m_B − m_A), where s is the
    strength. `kvae train` measures them after each epoch, and a checkpoint and a preset contain them. After `fit` alone,
    `measure` measures them. `restyle` takes two sets of images instead.

    It is trained as a VAE, loss = distortion + β · rate, in nats. A refiner R sharpens the images x̂ of the decoder. From
    round `start` on it minimises

        refiner = w · ‖x − R(x̂)‖² + γ / ‖R(x̂) − x̂‖²

    where the second term repels R(x̂) from the blurred x̂, and does not change the VAE. Source: the code of sunsided,
    vae-style-transfer, where w = 0.6 and γ = 4000 at 320×180, and where the VAE is trained first.

    Args:
        encoder: network x -> the parameters of q(z|x), by default (B, 2D), or (B, h, w, 2D) if codes are maps.
        decoder: network z (B, D), or (B, h, w, D), -> the parameters of p(x|z).
        refiner: network x̂ -> an image of the same shape, such as `kvae.networks.refiner`, or None.
        likelihood: a name or a `Likelihood`. `NormalLikelihood(0.5 ** 0.5)` has the sum of squared errors of the source.
        beta: β; a variable, which a callback may anneal.
        beta_error, beta_repulsion: w and γ; variables.
        start: number of rounds after which the refiner begins.
        domains: the names of the domains A and B.
        posterior: a `Posterior`, its name, or None for `DiagonalNormal`.
        prior: a `Prior`, or None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import conv_decoder, conv_encoder
        >>> model = StyleTransferVAE(conv_encoder((16, 16, 3), 8, 4), conv_decoder(4, (16, 16, 3), 4))
        >>> photographs, paintings = np.zeros((5, 16, 16, 3)), np.ones((5, 16, 16, 3))
        >>> model.restyle(photographs[:2], photographs, paintings).shape
        (2, 16, 16, 3)
        >>> from kvae.training import Batches
        >>> both = np.concatenate([photographs, paintings])
        >>> model.measure(Batches(both, labels=np.repeat([0, 1], 5)))
        >>> model.translate(photographs[:2], 0, strength=0.5).shape
        (2, 16, 16, 3)
    """

    provides = VariationalModel.provides | {TRANSLATION, TWO_WAY, STRENGTH}

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
        domains=("A", "B"),
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        self.encoder, self.decoder, self.refiner = encoder, decoder, refiner
        check_count(start, "start", least=0)
        self.start = start
        self.domains = tuple(domains)
        if len(set(self.domains)) != 2:
            raise UserError(f"Expected the names of two domains. Received: domains={self.domains}.")
        self.labels = ClassLabels(2)
        self.check_networks()
        self.beta = self.add_scalar("beta", beta)
        self.beta_error = self.add_scalar("beta_error", beta_error)
        self.beta_repulsion = self.add_scalar("beta_repulsion", beta_repulsion)
        shape = (2, *self.latent_shape)
        self.means = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="means")
        # 1 after the means have been measured
        self.measured = self.add_weight(shape=(), initializer="zeros", trainable=False, name="measured")

    @property
    def capabilities(self) -> frozenset[str]:
        return super().capabilities | (frozenset() if self.refiner is None else {REFINED})

    def described(self):
        return super().described() | {"domains": self.domains}

    def check_networks(self):
        super().check_networks()
        if self.refiner is not None:
            self.check_network("refiner", self.refiner, self.data_shape, self.data_shape)

    # ------------------------------------------------------------------ factors

    def translation(self, x, y, strength=1.0):
        """Return images x (B, …) of domains y (B,), translated into the other domain. `strength` is a number or (B,)."""
        return self._refined(self.decoded_translation(x, y, strength))

    def decoded_translation(self, x, y, strength=1.0):
        """Return translations as `translation` does, before the refiner."""
        sign = 1 - 2 * ops.cast(y, self.variable_dtype)  # 1 for the first domain, −1 for the second
        factor = ops.reshape(strength * sign, (-1, *(1 for _ in self.latent_shape)))
        return ops.clip(self.observation(self.code(x) + factor * (self.means[1] - self.means[0])).mean, 0, 1)

    def back_translation(self, x, y, strength=1.0):
        """Return images x (B, …) of domains y (B,), translated into the other domain and back."""
        return self.translation(self.translation(x, y, strength), 1 - y, strength)

    def _refined(self, x_hat):
        """Return decoded images (B, …), refined if there is a refiner."""
        return x_hat if self.refiner is None else self.refiner(x_hat, training=False)

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

    # ------------------------------------------------------------------ means

    def measure(self, data):
        """Measure the mean codes of at most `MEASURED` training images of each domain, spread evenly over the data."""
        labels = np.empty(0) if data.labels is None else np.asarray(data.labels)
        if labels.ndim != 1 or set(np.unique(labels[labels >= 0])) != {0, 1}:
            raise UserError(
                f"Expected data of two classes, {' and '.join(self.domains)}, whose mean codes are measured. Received: "
                "labels of other data, or none. Load two folders of images as kvae.data.load('unpaired:FOLDER')."
            )
        self.means.assign(np.stack([self._mean_code(data, np.flatnonzero(labels == domain)) for domain in range(2)]))
        self.measured.assign(1.0)

    def _mean_code(self, data, rows: np.ndarray) -> np.ndarray:
        """Return the mean code of at most `MEASURED` of the images `rows`."""
        rows = rows[np.linspace(0, len(rows) - 1, min(MEASURED, len(rows))).astype(int)]
        parts = np.array_split(rows, -(-len(rows) // LOADED))
        return np.concatenate([self.encode(data.take(part)) for part in parts]).mean(axis=0, dtype="float64")

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def translate(self, x, y, strength: float = 1.0, batch_size: int = 256, refined: bool = True) -> np.ndarray:
        """Return `x` (N, …) of domains `y`, translated into the other domain.

        Args:
            x: images.
            y: N domains, or one for all images: 0 for the first domain, 1 for the second.
            strength: s. With 0, images are reconstructed, and with 1, codes are shifted from one mean to the other.
            batch_size: number of images that are translated at once.
            refined: False to return the images of the decoder, before the refiner.
        """
        if refined:
            return self._mapped("translate", self.translation, x, y, strength, batch_size)
        return self._mapped("translate_decoded", self.decoded_translation, x, y, strength, batch_size)

    def translate_back(self, x, y, strength: float = 1.0, batch_size: int = 256) -> np.ndarray:
        """Return `x` (N, …) of domains `y`, translated into the other domain and back, after the refiner.

        Arguments are as in `translate`.
        """
        return self._mapped("translate_back", self.back_translation, x, y, strength, batch_size)

    def _mapped(self, key: str, function, x, y, strength: float, batch_size: int) -> np.ndarray:
        check_images(as_array(x), "x", self.data_shape, type(self).__name__)
        check_weight(strength, "strength")
        if not ops.convert_to_numpy(self.measured):
            raise UserError(
                f"Expected mean codes of {' and '.join(self.domains)}, by which codes are shifted. Received: none, because "
                "they were not measured. Call measure(Batches(x, labels=y)) with images x of both domains y."
            )
        # The strength is an array, so that another value needs no other compiled function.
        arrays = self.labels.spread(y, len(x)), np.full(len(x), strength, "float32")
        return self.batched(key, function, x, *arrays, batch_size=batch_size)

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
        return self.decoded(code + shift, batch_size=batch_size)

    def decoded(self, z, batch_size: int = 256) -> np.ndarray:
        """Return the images (N, …) of codes z (N, …), refined if there is a refiner."""
        x_hat = self.decode(z, batch_size=batch_size)
        return x_hat if self.refiner is None else self.refine(np.clip(x_hat, 0, 1), batch_size=batch_size)

    def refine(self, x, batch_size: int = 256) -> np.ndarray:
        """Return images `x` (N, …) of the decoder after the refiner: (N, …)."""
        if self.refiner is None:
            raise UserError("Expected a model with a refiner. Received: refiner=None.")
        check_images(as_array(x), "x", self.data_shape, "a refiner")
        return self.batched("refine", self.refiner, x, batch_size=batch_size)
