"""The base class of models that translate images, one at a time, into images of another kind."""

import numpy as np

from kvae.backends.arrays import as_array
from kvae.distributions.checks import check_images
from kvae.errors import UserError
from kvae.training import Model
from kvae.training.scaling import as_floats, tensor_as_floats


class Translator(Model):
    """A model that translates an image x (H, W, C) into an image of another kind, such as the target y.

    All images have values in [0, 1]. Targets may be bytes, which are divided by 255. A subclass defines `translation` and
    `target_shape`.
    """

    batch_spec = ("x", "y")

    def translation(self, x, training: bool = False):
        """Return the translations of images x (B, …)."""
        raise NotImplementedError

    def call(self, x, training=False):
        return self.translation(x, training=training)

    # ------------------------------------------------------------------ shapes

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The shape of one translation."""
        raise NotImplementedError

    def described(self):
        return super().described() | {"target_shape": self.target_shape}

    # ------------------------------------------------------------------ validation

    def check(self, x, y=None):
        super().check(x, y)
        check_images(x, "x", self.data_shape, type(self).__name__)
        if y is not None:
            check_images(as_floats(y), "y", self.target_shape, type(self).__name__)

    def unpack(self, data):
        batch = super().unpack(data)
        return (batch[0], tensor_as_floats(batch[1])) if "y" in self.batch_spec else batch

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def translate(self, x, seed: int | None = None, batch_size: int = 256) -> np.ndarray:
        """Return the translations of `x` (N, …): (N, …).

        Args:
            x: images.
            seed: None for translations without random numbers. With a number they are random, and the same for the same
                number and backend.
            batch_size: number of images that are translated at once.
        """
        check_images(as_array(x), "x", self.data_shape, type(self).__name__)
        if seed is None:
            return self.batched("translate", self.translation, x, batch_size=batch_size)
        return self.random_translations(x, seed, batch_size)

    def random_translations(self, x, seed: int, batch_size: int) -> np.ndarray:
        """Raise `UserError`, because this model translates without random numbers. Others override the method."""
        raise UserError(
            f"Expected no seed: {type(self).__name__} has one translation for each image. Received: seed={seed}."
        )
