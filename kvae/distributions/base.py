"""What every distribution has in common: its event, and the precision it computes in."""

import abc
import dataclasses
import math

import keras
from keras import ops

from kvae.backends import fused


@dataclasses.dataclass(frozen=True, eq=False)
class Distribution(abc.ABC):
    """A distribution of independent units, of which the last `event` axes together form one draw.

    The parameters broadcast against each other; their common shape is batch + event. They may be tensors,
    arrays, Keras variables or numbers. Densities are computed in float32 even where the parameters are
    bfloat16 or float16, and in float64 where one of them is float64.

    `event` is static: 1 for a latent vector (B, D), 3 for an image (B, H, W, C), 0 for one number per example
    (B,).
    """

    event: int = dataclasses.field(default=1, kw_only=True)

    def log_prob(self, x):
        """Returns log p(x) in nats, summed over the event: x of shape (..., event) gives (...)."""
        flat = self._flattened(tuple(x.shape[-self.event :])) if self.event > 1 else None
        px, x = (self, x) if flat is None else (flat, _flatten(x, self.event))
        return fused(lambda: sum_event(px.log_prob_per_unit(x), px.event))

    def _flattened(self, shape):
        """The same distribution of events with one axis, or None where parameters have other axes than `shape`.

        XLA on a processor works along the last axis: it is slow at images of one channel, fast at rows of pixels.
        """
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        tensors = {name: value for name, value in values.items() if len(getattr(value, "shape", ()))}
        if any(tuple(value.shape[-self.event :]) != shape for value in tensors.values()):
            return None
        flat = {name: _flatten(value, self.event) for name, value in tensors.items()}
        return dataclasses.replace(self, **flat, event=1)

    @abc.abstractmethod
    def log_prob_per_unit(self, x):
        """Returns log p(x) in nats before the sum over the event, of the shape of x."""

    @abc.abstractmethod
    def sample(self, seed, shape=()):
        """Returns draws of shape `shape` + batch + event.

        Args:
            seed: An integer, which always gives the same draws, or a `keras.random.SeedGenerator`.
            shape: A tuple of leading axes, such as (K,) for K draws per example.
        """

    @property
    @abc.abstractmethod
    def mean(self):
        """The expected draw, of shape batch + event."""

    @property
    @abc.abstractmethod
    def mode(self):
        """The most probable draw, of shape batch + event."""


def _flatten(values, event):
    """The last `event` axes as one."""
    shape = ops.shape(values)
    return ops.reshape(values, (*shape[:-event], math.prod(shape[-event:])))


def sum_event(values, event):
    """Sums over the last `event` axes."""
    return ops.sum(values, axis=tuple(range(-event, 0))) if event else values


def promote(*values):
    """Returns the values as tensors of one dtype: float64 if an array among them is, and float32 otherwise.

    Sums over thousands of pixels are meaningless in half precision. `keras.backend.result_type` will not do,
    since it lowers float64 to float32 on two of the three backends. A number takes the dtype of the arrays.
    """
    values = [value if isinstance(value, int | float) else ops.convert_to_tensor(value) for value in values]
    dtypes = {keras.backend.standardize_dtype(getattr(value, "dtype", "float32")) for value in values}
    return [ops.cast(value, "float64" if "float64" in dtypes else "float32") for value in values]


def draw(noise, like, seed, shape):
    """Returns `keras.random` noise of shape `shape` + the shape of the tensor `like`, in its dtype."""
    dtype = keras.backend.standardize_dtype(like.dtype)
    return noise((*shape, *ops.shape(like)), dtype=dtype, seed=seed)
