"""Base class of all distributions, and the helpers that their formulas share."""

import abc
import dataclasses
from typing import Any, ClassVar

import keras
from keras import ops

from kvae.distributions.fast import fused_sum


@dataclasses.dataclass(frozen=True, eq=False)
class Distribution(abc.ABC):
    """A distribution whose last `event` axes together form one draw.

    The parameters broadcast against each other; their common shape is batch + event. They may be tensors, arrays, Keras
    variables or numbers. Densities are computed in float32 even where the parameters are bfloat16 or float16, and in
    float64 where one of them is float64.

    `event` is static: 1 for a latent vector (B, D), 3 for an image (B, H, W, C), 0 for one number per example (B,).
    """

    event: int = dataclasses.field(default=1, kw_only=True)

    @property
    def density_everywhere(self) -> bool:
        """False if the density is known only at the distribution's own draws, so that `log_prob` refuses."""
        return True

    @abc.abstractmethod
    def log_prob(self, x):
        """Return log p(x) in nats, summed over the event: x of shape (..., event) gives (...)."""

    def log_prob_of_each(self, x):
        """Return log p_k(x) in nats for a batch of K distributions (the components of a mixture).

        `x` has the shape (...) + event, and the distributions have the shape batch + (K,) + event. The result has the
        shape (..., K).
        """
        return self.log_prob(ops.expand_dims(x, -1 - self.event))

    @abc.abstractmethod
    def sample(self, seed, shape=()):
        """Return draws of shape `shape` + batch + event.

        Args:
            seed: An integer, which always gives the same draws, or a `keras.random.SeedGenerator`.
            shape: A tuple of leading axes, such as (K,) for K draws per example.
        """

    def sample_and_log_prob(self, seed, shape=()):
        """Return draws, as `sample` does, and their log densities in nats, of shape `shape` + batch.

        A distribution whose density is cheap only at its own draws, such as an inverse autoregressive flow, overrides
        this method.
        """
        x = self.sample(seed, shape)
        return x, self.log_prob(x)

    @property
    @abc.abstractmethod
    def mean(self):
        """The expected value, of shape batch + event."""

    @property
    @abc.abstractmethod
    def mode(self):
        """The most probable value, of shape batch + event."""


class IndependentUnits(Distribution):
    """A distribution whose units, the single entries of an event, are independent: log p(x) is a sum over them."""

    def log_prob(self, x):
        return fused_sum(self, x)  # = sum_event(self.log_prob_per_unit(x), self.event)

    @abc.abstractmethod
    def log_prob_per_unit(self, x):
        """Return log p(x) in nats before the sum over the event, in the shape of x."""


class Configuration:
    """A mixin for frozen dataclasses that Keras saves in a model's configuration.

    The fields are the configuration; two instances with equal fields are equal.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]  # tells type checkers that a subclass is a dataclass

    def get_config(self):
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def promote(*values):
    """Return the values as tensors of one dtype: float64 if an array among them is float64, and float32 otherwise.

    Sums over thousands of pixels are too inexact in half precision. `keras.backend.result_type` cannot be used, because
    it lowers float64 to float32 on two of the three backends. A Python number takes the dtype of the arrays.
    """
    values = [value if isinstance(value, int | float) else ops.convert_to_tensor(value) for value in values]
    dtypes = {keras.backend.standardize_dtype(getattr(value, "dtype", "float32")) for value in values}
    return [ops.cast(value, "float64" if "float64" in dtypes else "float32") for value in values]


def random_like(draw, like, seed, shape):
    """Return random numbers of shape `shape` + the shape of the tensor `like`, in its dtype.

    `draw` is a function of `keras.random`, such as `keras.random.normal`.
    """
    dtype = keras.backend.standardize_dtype(like.dtype)
    return draw((*shape, *ops.shape(like)), dtype=dtype, seed=seed)


def next_seed(seed, step: int = 1):
    """Return a seed for a further draw.

    An integer would repeat the random bits of the first draw, so the next integer is returned. A seed generator gives new
    bits by itself.
    """
    return seed + step if isinstance(seed, int) else seed
