"""Parts that several networks share: label inputs, normalisation, the type of outputs, the check of an image's sides."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import ParamSpec

import keras
from keras import layers

from kvae.errors import UserError
from kvae.networks.normalization import BatchNormalization, GroupNormalization

P = ParamSpec("P")
"""Parameters of a function that returns a network."""

NORMALIZATIONS = ("batch", "group", "instance", "none")
"""Values of the argument `normalization` of a network."""

LARGEST_SIDE = 320
"""Largest height or width of an image, in pixels, that a convolutional network accepts."""


def channels_last(build: Callable[P, keras.Model]) -> Callable[P, keras.Model]:
    """Return the function `build`, which returns a network, for images (H, W, C) under any `image_data_format` of Keras.

    Layers read this setting when they are made and keep it in their configuration.
    """

    @functools.wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> keras.Model:
        before = keras.config.image_data_format()
        keras.config.set_image_data_format("channels_last")
        try:
            return build(*args, **kwargs)
        finally:
            keras.config.set_image_data_format(before)

    return built


def output_dtype() -> str:
    """Return the type in which a network computes its outputs.

    It is the type of the variables, so float32 under a mixed-precision policy too: likelihoods are sums over all pixels
    of an image.
    """
    return keras.config.dtype_policy().variable_dtype


def label_input(units: int):
    """Return the Keras input of encoded labels (B, units), or None if `units` is 0."""
    return keras.Input((units,)) if units else None


def concatenate_labels(h, y):
    """Return `h` (B, D) and the labels `y` (B, units) concatenated: (B, D + units). Return `h` if `y` is None."""
    return h if y is None else layers.Concatenate()([h, y])


def labelled_model(x, y, outputs, name: str | None) -> keras.Model:
    """Return the network from `x` to `outputs`, or from [x, y] if there is a label input `y`."""
    return keras.Model(x if y is None else [x, y], outputs, name=name)


def standardize_labels(code, rates: Sequence[float], limit: float | None = None):
    """Return `code` (B, D + labels), which is z and binary labels concatenated, with standardised labels.

    A standardised label has mean 0 and variance 1. With a `limit` of 3 its two values are clipped to [−3, 3]. A label of
    frequency 0.04 would otherwise be 4.9 in 4 % of the examples, further from 0 than any latent unit. The values between
    0 and 1 that an interpolation passes stay a linear function of the label.

    Args:
        code: a tensor, or a symbolic one.
        rates: frequencies of the labels.
        limit: largest absolute value of a standardised label, or None.
    """
    if limit is not None and not limit > 0:
        raise UserError(f"Expected label_limit above 0, such as 3, or None. Received: label_limit={limit}.")
    units = code.shape[-1] - len(rates)
    moments = [(rate, rate * (1 - rate)) if limit is None else _clipped_moments(rate, limit) for rate in rates]
    means, variances = zip(*moments, strict=True)
    return layers.Normalization(mean=[0.0] * units + list(means), variance=[1.0] * units + list(variances))(code)


def _clipped_moments(rate: float, limit: float) -> tuple[float, float]:
    """Return the mean and the variance with which a normalisation maps 0 and 1 to the clipped standardised values."""
    low, high = (
        limit if limit**2 * share <= 1 - share else math.sqrt((1 - share) / share) for share in (1 - rate, rate)
    )
    return low / (low + high), (low + high) ** -2


def normalize(h, normalization: str, momentum: float = 0.9):
    """Return `h` normalised over its last axis, the channels.

    Args:
        h: a tensor (B, …, C).
        normalization: "batch" for batch norm, "group" for group norm (Wu and He 2018) with eight groups of channels, or
            fewer if 8 does not divide C, "instance" for instance norm of maps (Ulyanov et al. 2016), which normalises
            each channel of each image, "none" for `h` as it is.
        momentum: momentum of batch norm's running statistics.
    """
    if normalization not in NORMALIZATIONS:
        raise UserError(
            f"Expected normalization to be one of {', '.join(NORMALIZATIONS)}. Received: normalization={normalization!r}."
        )
    if normalization == "instance" and len(h.shape) < 3:
        raise UserError(
            f"Expected maps for instance norm. Received: vectors of {h.shape[-1]} units, which would all become 0. "
            "Use batch norm or group norm."
        )
    if normalization == "batch":
        return BatchNormalization(momentum=momentum)(h)
    if normalization == "group":
        return GroupNormalization(math.gcd(8, h.shape[-1]))(h)
    if normalization == "instance":
        return GroupNormalization(-1, epsilon=1e-5)(h)
    return h


def small_weights() -> keras.initializers.Initializer:
    """Return a new initializer, N(0, 0.02²), of the networks of image-to-image translation (Isola et al. 2017, 6.2)."""
    return keras.initializers.RandomNormal(stddev=0.02)


def normalized_relu(h, normalization: str, momentum: float = 0.9):
    """Return max(0, `normalize`(h))."""
    return layers.ReLU()(normalize(h, normalization, momentum))


def check_sides(shape: Sequence[int], smallest: int = 8, multiple: int = 1) -> None:
    """Raise `UserError` unless `shape` is (H, W, C) with sides that a convolutional network can halve.

    Args:
        shape: shape of the images.
        smallest: smallest height and width.
        multiple: number of which both sides are multiples.
    """
    if len(shape) == 3 and all(smallest <= side <= LARGEST_SIDE and side % multiple == 0 for side in shape[:2]):
        return
    multiples = f" that are multiples of {multiple}" if multiple > 1 else ""
    raise UserError(
        f"Expected images (H, W, C) with sides from {smallest} to {LARGEST_SIDE}{multiples}. "
        f"Received: shape={tuple(shape)}. Resize them (in a recipe: {_settings(shape, smallest, multiple)}), "
        "or use a dense network."
    )


def _settings(shape: Sequence[int], smallest: int, multiple: int) -> str:
    """Return settings of a recipe with which the sides of images are those of `shape`, as nearly as a network takes them."""
    if len(shape) != 3 or shape[0] == shape[1]:
        return f"data.size={-(-64 // multiple) * multiple}"
    least, most = -(-smallest // multiple), LARGEST_SIDE // multiple
    height, width = (min(max(round(side / multiple), least), most) for side in shape[:2])
    common = math.gcd(height, width)
    return f"data.size={multiple * min(height, width)} data.aspect={width // common}:{height // common}"
