"""Translation through a latent code: the networks of pix2pix (Isola et al. 2017) with a Gaussian bottleneck."""

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.capabilities import CODED, DECODER, POSTERIOR, TRANSLATION, UNIT_KL
from kvae.distributions import Distribution, sample_with_kl
from kvae.errors import UserError
from kvae.models.base import Translator, VariationalModel
from kvae.models.base.factors import layers_of
from kvae.models.pix2pix import check_pair_discriminator
from kvae.objectives import adversary as get_adversary
from kvae.objectives import batch_mean
from kvae.training import Phase, reports
from kvae.training.seeds import generator_of


@keras.saving.register_keras_serializable("kvae")
class Pix2PixVAE(Translator, VariationalModel):
    """pix2pix with a latent code: a posterior q(z|x) of the image and a likelihood p(y|z) of its target.

        distortion = −E_q log p(y|z)        rate = KL(q(z|x) ‖ p(z))
        generator = distortion + β · rate + γ · generated(D(x, ŷ))
        discriminator = ½ (real(D(x, y)) + fake(D(x, ŷ)))

    with rate and distortion in nats, and the costs of `kvae.objectives.ADVERSARIES`. ŷ is the mean of p(y|z). All networks
    train simultaneously, from one forward pass. With `paired=False` every image is its own target.

    The encoder may return maps besides the parameters of q(z|x). The decoder then takes them too: p(y|z, x). Such skip
    connections make the latent code superfluous. The rate falls, and the translations hardly depend on z.

    Args:
        encoder: network x -> the parameters of q(z|x), or [these, maps], such as `kvae.networks.unet_encoder`.
        decoder: network z -> the parameters of p(y|z), or [z, maps] -> those of p(y|z, x).
        discriminator: network of x and y, concatenated along the channels -> scores (B, h, w, 1), or None.
        paired: True for targets y, False if x is the target.
        likelihood: a name or a `Likelihood`.
        beta: weight of the rate; a variable, which a callback may anneal.
        beta_adversary: γ; a variable. In the units of the likelihood, pix2pix has γ = (values of y) / (200 · scale) for the
            Laplace likelihood.
        adversary: "cross_entropy", "least_squares" or "hinge".
        posterior: the family of q(z|x); None for `DiagonalNormal`.
        prior: the family of p(z); None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import unet_decoder, unet_encoder
        >>> model = Pix2PixVAE(unet_encoder((16, 16, 1), 8, width=4), unet_decoder(4, (16, 16, 3), width=4))
        >>> model.translate(np.zeros((2, 16, 16, 1))).shape
        (2, 16, 16, 3)
    """

    decodes_without_labels = True
    provides = frozenset({TRANSLATION, CODED, POSTERIOR, UNIT_KL})

    def __init__(
        self,
        encoder,
        decoder,
        discriminator=None,
        paired=True,
        likelihood="laplace",
        beta=1.0,
        beta_adversary=1.0,
        adversary="cross_entropy",
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        self.encoder, self.decoder, self.discriminator = encoder, decoder, discriminator
        self.paired = paired
        self.adversary = adversary
        self._adversary = get_adversary(adversary)
        self.check_networks()
        self.beta = self.add_scalar("beta", beta)
        self.beta_adversary = self.add_scalar("beta_adversary", beta_adversary)

    @property
    def batch_spec(self):
        return ("x", "y") if self.paired else ("x",)

    @property
    def skips(self) -> bool:
        """True if the decoder takes maps of the encoder."""
        return isinstance(self.decoder.input_shape, list)

    @property
    def capabilities(self) -> frozenset[str]:
        return super().capabilities | (frozenset() if self.paired or self.skips else {DECODER})

    # ------------------------------------------------------------------ factors

    def posterior(self, x, *target, training: bool = False) -> Distribution:
        """Return q(z|x), over (B, *latent). The target is not used."""
        return self.posterior_family(self._encoded(x, training)[0], training)

    def observation(self, z, *target, training: bool = False) -> Distribution:
        """Return p(y|z). Raise `UserError` if the decoder needs maps of the encoder."""
        if self.skips:
            raise UserError(
                "Expected a decoder of latent codes alone. Received: a decoder with skip connections, which also needs maps "
                "of an image. Use translate(x)."
            )
        return super().observation(z, training=training)

    def translation(self, x, training: bool = False):
        """Return the mean of p(y|z, x) at the mean of q(z|x)."""
        h, *maps = self._encoded(x, training)
        return self._decoded(self.posterior_family(h, training).mean, maps, training).mean

    def _encoded(self, x, training: bool) -> list:
        """Return the parameters of q(z|x), and the maps of the skip connections."""
        h = self.encoder(x, training=training)
        return h if self.skips else [h]

    def _decoded(self, z, maps, training: bool) -> Distribution:
        """Return p(y|z, x)."""
        return self.likelihood(self.decoder([z, *maps] if self.skips else z, training=training))

    # ------------------------------------------------------------------ shapes

    @property
    def latent_shape(self):
        shape = self.decoder.input_shape
        return tuple((shape[0] if self.skips else shape)[1:])

    @property
    def target_shape(self):
        *sides, outputs = self.decoder.output_shape[1:]
        shapes = ((*sides, channels) for channels in range(1, outputs + 1))
        target = next((shape for shape in shapes if self.likelihood.outputs(shape)[-1] == outputs), None)
        if target is None:
            raise UserError(
                f"Expected a decoder of the parameters of {self.likelihood}. Received: a decoder with {outputs} outputs for "
                "each pixel."
            )
        return target

    def check_decoder(self):
        if not self.paired:
            super().check_decoder()

    def check_networks(self):
        self.check_decoder()
        maps = [shape[1:] for shape in self.decoder.input_shape[1:]] if self.skips else []
        outputs = self.posterior_family.outputs(self.latent_shape)
        self.check_network("encoder", self.encoder, [outputs, *maps] if self.skips else outputs)
        self.prior_family.check(self.latent_shape, self.data_shape)
        check_pair_discriminator(self.discriminator, self.data_shape, self.target_shape)

    # ------------------------------------------------------------------ losses

    @property
    def _names(self) -> tuple[str, ...]:
        """Names of the scalars that the loss reports."""
        return ("generator", "rate", "distortion", *(["discriminator", "adversarial"] if self.discriminator else []))

    def loss_terms(self, batch, training):
        x, y = batch if self.paired else (batch, batch)
        h, *maps = self._encoded(x, training)
        z, rate = sample_with_kl(self.posterior_family(h, training), self.prior(), self.seed_generator)
        py = self._decoded(z, maps, training)
        rate, distortion = batch_mean(rate), -batch_mean(py.log_prob(y))
        terms = {"generator": distortion + self.beta * rate, "rate": rate, "distortion": distortion}
        if self.discriminator is None:
            return terms
        real, fake = (
            self.discriminator(ops.concatenate([x, ops.cast(image, x.dtype)], axis=-1), training=training)
            for image in (y, py.mean)
        )
        terms["adversarial"] = self._adversary.generator_loss(fake)
        terms["generator"] = terms["generator"] + self.beta_adversary * terms["adversarial"]
        terms["discriminator"] = self._adversary.discriminator_loss(real, fake)
        return terms

    # ------------------------------------------------------------------ phases

    def phases(self):
        @reports(*self._names)
        def loss(batch, training):
            return self.loss_terms(batch, training)

        networks = [self.encoder, self.decoder, *layers_of(self.posterior_family, self.prior_family)]
        players = {"generator": networks}
        if self.discriminator is not None:
            players["discriminator"] = [self.discriminator]
        return (Phase(loss, players),)

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def translate_code(self, z, x, batch_size: int = 256) -> np.ndarray:
        """Return the means of p(y|z, x) (N, …) for latent codes `z` (N, *latent) of one's own choice.

        The images `x` (N, …) matter only with skip connections.
        """
        z, expected = as_array(z).astype("float32"), (len(x), *self.latent_shape)
        if z.shape != expected:
            raise UserError(
                f"Expected latent codes of shape {expected}, one for each image. Received: shape {z.shape}."
            )
        return self.batched("translate_code", self._translation_of_code, x, z, batch_size=batch_size)

    def random_translations(self, x, seed: int, batch_size: int) -> np.ndarray:
        """Return the means of p(y|z, x) for one draw z of q(z|x) for each image."""
        generator, x = generator_of(seed), as_array(x)
        starts = range(0, len(x), batch_size)
        codes = [self.draw_code(self.as_tensor(x[start : start + batch_size]), seed=generator) for start in starts]
        return self.translate_code(np.concatenate([ops.convert_to_numpy(z) for z in codes]), x, batch_size)

    def _translation_of_code(self, x, z):
        return self._decoded(z, self._encoded(x, False)[1:], False).mean
