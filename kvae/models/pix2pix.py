"""Image-to-image translation with a conditional GAN: pix2pix (Isola, Zhu, Zhou and Efros 2017)."""

import keras
import numpy as np
from keras import ops

from kvae.capabilities import TRANSLATION
from kvae.errors import UserError
from kvae.models.base import Translator
from kvae.objectives import absolute_error
from kvae.objectives import adversary as get_adversary
from kvae.training import Phase, reports
from kvae.training.seeds import called_as_in_training, own_seeds


@keras.saving.register_keras_serializable("kvae")
class Pix2Pix(Translator):
    """pix2pix: a network G that translates images x into their targets y, with an adversary D of pairs (x, y).

        generator = λ · mean |y − G(x)| + generated(D(x, G(x)))
        discriminator = ½ (real(D(x, y)) + fake(D(x, G(x))))

    with the costs of `kvae.objectives.ADVERSARIES` (Isola et al. 2017, eq. 4). D returns scores of patches. Both players
    train simultaneously, from one forward pass. In the authors' code D trains first. Without a discriminator the model is
    G, trained by the absolute error alone.

    The source's images lie in [−1, 1], where errors are twice as large. Its λ of 100 is 200 here.

    Args:
        generator: network x -> y, such as `kvae.networks.unet`.
        discriminator: network of x and y, concatenated along the channels -> scores (B, h, w, 1), or None.
        beta_error: λ; a variable, which a callback may anneal.
        adversary: "cross_entropy" as in the source, "least_squares" or "hinge".

    Example:
        >>> from kvae.networks import patch_discriminator, unet
        >>> model = Pix2Pix(unet((16, 16, 1), 3, width=4), patch_discriminator((16, 16, 4), width=4))
        >>> model.translate(np.zeros((2, 16, 16, 1))).shape
        (2, 16, 16, 3)
    """

    capabilities = frozenset({TRANSLATION})

    def __init__(self, generator, discriminator=None, beta_error=200.0, adversary="cross_entropy", **kwargs):
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.adversary = adversary
        self._adversary = get_adversary(adversary)
        self.beta_error = self.add_scalar("beta_error", beta_error)
        check_pair_discriminator(discriminator, self.data_shape, self.target_shape)

    # ------------------------------------------------------------------ factors

    def translation(self, x, training: bool = False):
        return self.generator(x, training=training)

    # ------------------------------------------------------------------ shapes

    @property
    def data_shape(self):
        return tuple(self.generator.input_shape[1:])

    @property
    def target_shape(self):
        return tuple(self.generator.output_shape[1:])

    # ------------------------------------------------------------------ losses

    @reports("generator", "error")
    def error_terms(self, batch, training):
        """Return the terms of a generator without an adversary."""
        x, y = batch
        error = absolute_error(y, self.translation(x, training=training))
        return {"generator": self.beta_error * error, "error": error}

    @reports("generator", "discriminator", "error", "adversarial")
    def loss_terms(self, batch, training):
        x, y = batch
        y_hat = self.translation(x, training=training)
        real, fake = (
            self.discriminator(ops.concatenate([x, ops.cast(image, x.dtype)], axis=-1), training=training)
            for image in (y, y_hat)
        )
        error, adversarial = absolute_error(y, y_hat), self._adversary.generator_loss(fake)
        return {
            "generator": self.beta_error * error + adversarial,
            "discriminator": self._adversary.discriminator_loss(real, fake),
            "error": error,
            "adversarial": adversarial,
        }

    # ------------------------------------------------------------------ phases

    def phases(self):
        if self.discriminator is None:
            return (Phase(self.error_terms, {"generator": [self.generator]}),)
        return (Phase(self.loss_terms, {"generator": [self.generator], "discriminator": [self.discriminator]}),)

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def random_translations(self, x, seed: int, batch_size: int) -> np.ndarray:
        """Return translations with dropout and with the statistics of a batch, as the source translates test images."""
        own_seeds(self.generator)
        seeds = np.random.default_rng(seed).integers(0, 2**31, len(x), "int32")

        def translation(x, seeds):
            return called_as_in_training(self.generator, x, seeds[0])

        return self.batched("random translation", translation, x, seeds, batch_size=batch_size)


def check_pair_discriminator(discriminator, data_shape, target_shape) -> None:
    """Raise `UserError` unless a discriminator of pairs reads x and y, concatenated along the channels."""
    if tuple(data_shape[:2]) != tuple(target_shape[:2]):
        raise UserError(
            f"Expected translations with the sides of their images. Received: images of shape {data_shape} and "
            f"translations of shape {target_shape}."
        )
    expected = (*data_shape[:2], data_shape[2] + target_shape[2])
    if discriminator is not None and tuple(discriminator.input_shape[1:]) != expected:
        raise UserError(
            f"Expected a discriminator of pairs of shape {expected}, the channels of x and y together. "
            f"Received: one for {discriminator.input_shape[1:]}."
        )
