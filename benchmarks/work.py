"""The work that the table of speed measures, and random data for it."""

from typing import NamedTuple

import numpy as np

IMAGES, DIGITS, PIXELS = (64, 64, 3), (28, 28, 1), (784,)
DOMAINS = 2
LATENT = {"dense": 50, "DCGAN": 100, "residual": 256, "VAE/GAN": 128, "digits": 32}


class Work(NamedTuple):
    """A piece of work.

    Args:
        unit: name of the units that are counted, such as "training images".
        amount: number of units that a run processes.
        batch: size of the batches. In a round of several encoders, each domain has batches of this size.
        peers: libraries that do this work, too.
    """

    unit: str
    amount: int
    batch: int
    peers: tuple[str, ...]

    def quick(self) -> "Work":
        """Return the work with a quarter of the amount, in whole batches."""
        return self._replace(amount=max(self.batch, self.amount // 4 // self.batch * self.batch))

    def times(self, factor: int) -> "Work":
        """Return the work with `factor` times the training images. Other work stays the same."""
        return self._replace(amount=self.amount * factor) if self.unit == "training images" else self


PYTORCH = ("PyTorch", "PyTorch, fused Adam")
WITH_PYTHAE = (*PYTORCH, "pythae")

# Only kvae computes in bfloat16. The peers of these two kinds of work compute in float32.
WORK = {
    "IWAE, batches of 20": Work("training images", 20 * 200, 20, WITH_PYTHAE),
    "IWAE, batches of 100": Work("training images", 100 * 100, 100, WITH_PYTHAE),
    "dense VAE": Work("training images", 100 * 200, 100, (*PYTORCH, "Keras")),
    "DCGAN": Work("training images", 64 * 6, 64, PYTORCH),
    "residual": Work("training images", 64 * 4, 64, PYTORCH),
    "DCGAN in bfloat16": Work("training images", 64 * 6, 64, PYTORCH),
    "residual in bfloat16": Work("training images", 64 * 4, 64, PYTORCH),
    "VAE/GAN": Work("training images", 64 * 3, 64, ("pythae",)),
    "multi-encoder round": Work("training images", DOMAINS * 32 * 6, 32, PYTORCH),
    "likelihood, convolutional": Work("decoded samples", 2_000, 1, ("pythae",)),
    "likelihood, dense": Work("decoded samples", 30 * 2_000, 30, ("pythae",)),
    "sample 1,000": Work("images", 1_000, 250, ("PyTorch",)),
    "encode 10,000": Work("images", 10_000, 250, ("PyTorch",)),
}


def pixels(count: int, shape: tuple[int, ...], channels_first: bool = False) -> np.ndarray:
    """Return `count` random images with values in [0, 1]."""
    x = np.random.default_rng(0).random((count, *shape), "float32")
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)) if channels_first else x
