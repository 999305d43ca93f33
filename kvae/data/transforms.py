"""Transforms of a batch before it reaches a model: functions (x, rng) -> x of floats in [0, 1]."""

import dataclasses

import numpy as np

from kvae.errors import UserError


def binarize(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return random binary values: 1 with probability x for each grey value x in [0, 1], else 0.

    The binarisation is that of Salakhutdinov and Murray (2008).
    """
    return (rng.random(x.shape, "float32") < x).astype("float32")


@dataclasses.dataclass(frozen=True)
class Jitter:
    """Random mirroring and cropping of images (N, H, W, C), the jitter of Isola et al. (2017).

    A random part of each image is enlarged to H × W by linear interpolation. With probability 1/2 it is mirrored left to
    right. The random numbers depend only on N, so that a pair of images is cropped and mirrored alike.

    share: height and width of the part, as a share of those of the image, above 0. The default is that of the publication,
        which enlarges images of 256×256 to 286×286 and crops them. With 1, images are not cropped.
    mirror: True to mirror images.

    Example:
        >>> import numpy as np
        >>> from kvae.data import Jitter
        >>> Jitter()(np.zeros((2, 64, 64, 3), "float32"), np.random.default_rng(0)).shape
        (2, 64, 64, 3)
    """

    share: float = 256 / 286
    mirror: bool = True

    def __post_init__(self):
        if not 0 < self.share <= 1:
            raise UserError(f"Expected a share of the height and width, above 0 and at most 1. Received: {self.share}.")

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        draws = rng.random((len(x), 3))
        # One image at a time, because arrays of the size of a batch exceed the processor's cache.
        return np.stack([self._jittered(image, *numbers) for image, numbers in zip(x, draws, strict=True)])

    def _jittered(self, image: np.ndarray, top: float, left: float, side: float) -> np.ndarray:
        """Return an image (H, W, C) after three random numbers in [0, 1) have decided its part and its mirroring."""
        x = _enlarged(image, top, self.share)
        x = _enlarged(x.swapaxes(0, 1), left, self.share).swapaxes(0, 1)
        return x[:, ::-1] if self.mirror and side < 0.5 else x


def _enlarged(image: np.ndarray, position: float, share: float) -> np.ndarray:
    """Return a part of the first axis of an image (H, …), enlarged to H values by linear interpolation.

    position: position of the part, from 0 (it begins with the image) to 1 (it ends with the image).
    share: length of the part, as a share of H.
    """
    size = len(image)
    centres = position * (1 - share) * size + share * (np.arange(size) + 0.5)  # (H,), in pixels
    places = np.clip(centres - 0.5, 0, size - 1)
    first = np.minimum(places.astype(int), size - 2)
    weight = (places - first).astype(image.dtype)[:, None, None]  # (H, 1, 1)
    return (1 - weight) * image[first] + weight * image[first + 1]
