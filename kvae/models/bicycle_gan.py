"""Several translations of one image: BicycleGAN (Zhu, Zhang, Pathak, Darrell, Efros, Wang and Shechtman 2017)."""

import functools

import keras
import numpy as np
from keras import ops

from kvae.capabilities import POSTERIOR, TRANSLATION, UNIT_KL
from kvae.distributions import Distribution, sample_with_kl
from kvae.errors import UserError
from kvae.models.base import Translator, VariationalModel
from kvae.models.base.factors import layers_of
from kvae.objectives import absolute_error, batch_mean
from kvae.objectives import adversary as get_adversary
from kvae.training import Phase, reports
from kvae.training.scaling import tensor_as_floats
from kvae.training.seeds import generator_of


@keras.saving.register_keras_serializable("kvae")
class BicycleGAN(Translator, VariationalModel):
    """BicycleGAN: pix2pix with a latent code z, which says which of the possible targets y of an image x is meant.

        q(z|y)        p(z)        ŷ = G(x, z), z ~ q(z|y)        y_p = G(x, z_p), z_p ~ p(z)

    A round has four phases. The encoder of q(z|y) and the generator G minimise

        generated(D(ŷ)) + generated(D_p(y_p)) + λ · mean |y − ŷ| + β · KL(q(z|y) ‖ p(z))

    then G alone minimises λ_z · mean |z_p − E q(z|y_p)|, then the discriminators D and D_p minimise ½ (real + fake) for ŷ
    and for y_p, with the costs of `kvae.objectives.ADVERSARIES` (Zhu et al. 2017, eq. 8 and the authors' code). The rate
    is in nats.

    The source's images lie in [−1, 1], where errors are twice as large. Its λ of 10 is 20 here. The source uses half of
    a batch for ŷ and the other half for y_p; here both use all of it.

    Args:
        generator: network [x, z] -> y, such as `kvae.networks.unet` with a code.
        encoder: network y -> the parameters of q(z|y), by default (B, 2D).
        discriminator, sample_discriminator: networks y -> scores (B, h, w, 1): D and D_p.
        beta_error, beta, beta_code: λ, β and λ_z; variables, which callbacks may anneal.
        adversary: "least_squares" as in the source, "cross_entropy" or "hinge".
        posterior: the family of q(z|y); None for `DiagonalNormal`.
        prior: the family of p(z); None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import conv_encoder, patch_discriminator, unet
        >>> shape = (16, 16, 3)
        >>> discriminators = [patch_discriminator(shape, width=4) for _ in range(2)]
        >>> model = BicycleGAN(unet(shape, 3, width=4, code_units=2), conv_encoder(shape, 4, width=4), *discriminators)
        >>> model.translate(np.zeros((2, *shape)), seed=0).shape
        (2, 16, 16, 3)
    """

    decodes_without_labels = True
    provides = frozenset({TRANSLATION, POSTERIOR, UNIT_KL})

    def __init__(
        self,
        generator,
        encoder,
        discriminator,
        sample_discriminator,
        beta_error=20.0,
        beta=0.01,
        beta_code=0.5,
        adversary="least_squares",
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__("laplace", posterior, prior, seed, **kwargs)
        self.generator, self.encoder = generator, encoder
        self.discriminator, self.sample_discriminator = discriminator, sample_discriminator
        self.adversary = adversary
        self._adversary = get_adversary(adversary)
        self.check_networks()
        self.beta_error = self.add_scalar("beta_error", beta_error)
        self.beta = self.add_scalar("beta", beta)
        self.beta_code = self.add_scalar("beta_code", beta_code)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, y, training: bool = False) -> Distribution:
        """Return q(z|y), over (B, *latent). The image x is not used."""
        return self.posterior_family(self.encoder(tensor_as_floats(y), training=training), training)

    def prior(self, *data) -> Distribution:
        """Return p(z), over (*latent,)."""
        return self.prior_family(self.latent_shape, functools.partial(self.posterior, None))

    def observation(self, z, *condition, training: bool = False) -> Distribution:
        """Raise `UserError`, because a latent code needs an image."""
        raise UserError(
            "Expected an image with each latent code. Received: latent codes alone. Use translate(x, seed=0)."
        )

    def translation(self, x, training: bool = False):
        """Return G(x, z) at the mean of p(z)."""
        mean = self.prior().mean
        z = ops.zeros((ops.shape(x)[0], *(1 for _ in self.latent_shape)), mean.dtype) + mean  # (B, *latent)
        return self.generator([x, z], training=training)

    # ------------------------------------------------------------------ shapes

    @property
    def data_shape(self):
        return tuple(self.generator.input_shape[0][1:])

    @property
    def latent_shape(self):
        return tuple(self.generator.input_shape[1][1:])

    @property
    def target_shape(self):
        return tuple(self.generator.output_shape[1:])

    def check_networks(self):
        self.check_network("encoder", self.encoder, self.posterior_family.outputs(self.latent_shape), self.target_shape)
        for name, net in (("discriminator", self.discriminator), ("sample_discriminator", self.sample_discriminator)):
            self.check_network(name, net, None, self.target_shape)
        self.prior_family.check(self.latent_shape, self.target_shape)

    # ------------------------------------------------------------------ losses

    def _sampled(self, x, training: bool):
        """Return a draw z_p of the prior for each image, and G(x, z_p)."""
        z = self.prior().sample(self.seed_generator, (ops.shape(x)[0],))
        return z, self.generator([x, z], training=training)

    def _encoded(self, x, y, training: bool):
        """Return the rate of each target, and G(x, z) with z ~ q(z|y)."""
        z, rate = sample_with_kl(self.posterior(x, y, training=training), self.prior(), self.seed_generator)
        return rate, self.generator([x, z], training=training)

    @reports("encoder", "generator", "rate", "error", "adversarial")
    def translation_terms(self, batch, training):
        """Return the terms of encoder and generator, which minimise the same loss."""
        x, y = batch
        rate, y_hat = self._encoded(x, y, training)
        _, y_p = self._sampled(x, training)
        adversarial = self._adversary.generator_loss(self.discriminator(y_hat, training=training))
        adversarial = adversarial + self._adversary.generator_loss(self.sample_discriminator(y_p, training=training))
        rate, error = batch_mean(rate), absolute_error(y, y_hat)
        loss = adversarial + self.beta_error * error + self.beta * rate
        return {"encoder": loss, "generator": loss, "rate": rate, "error": error, "adversarial": adversarial}

    @reports("generator", "code_error")
    def code_terms(self, batch, training):
        """Return the terms of the generator alone: the encoder finds the latent code of a sample."""
        x, _ = batch
        z, y_p = self._sampled(x, training)
        error = absolute_error(z, self.posterior(x, y_p, training=training).mean)
        return {"generator": self.beta_code * error, "code_error": error}

    @reports("discriminator")
    def discriminator_terms(self, batch, training):
        """Return the terms of D, which compares targets with their translations ŷ."""
        x, y = batch
        real, fake = (self.discriminator(image, training=training) for image in (y, self._encoded(x, y, training)[1]))
        return {"discriminator": self._adversary.discriminator_loss(real, fake)}

    @reports("sample_discriminator")
    def sample_discriminator_terms(self, batch, training):
        """Return the terms of D_p, which compares targets with translations of samples y_p."""
        x, y = batch
        real, fake = (
            self.sample_discriminator(image, training=training) for image in (y, self._sampled(x, training)[1])
        )
        return {"sample_discriminator": self._adversary.discriminator_loss(real, fake)}

    # ------------------------------------------------------------------ phases

    def phases(self):
        encoder = [self.encoder, *layers_of(self.posterior_family, self.prior_family)]
        return (
            Phase(self.translation_terms, {"encoder": encoder, "generator": [self.generator]}),
            Phase(self.code_terms, {"generator": [self.generator]}),
            Phase(self.discriminator_terms, {"discriminator": [self.discriminator]}),
            Phase(self.sample_discriminator_terms, {"sample_discriminator": [self.sample_discriminator]}),
        )

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def random_translations(self, x, seed: int, batch_size: int) -> np.ndarray:
        """Return G(x, z_p) of one draw z_p of the prior for each image."""
        z = ops.convert_to_numpy(self.sample_prior(generator_of(seed), len(x)))
        return self.batched("random translation", self._translated, x, z, batch_size=batch_size)

    def _translated(self, x, z):
        return self.generator([x, z])
