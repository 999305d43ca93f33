"""Categorical distributions of class indices and of the grey levels of a pixel."""

import dataclasses
from typing import Any

import keras
from keras import ops

from kvae.distributions.base import IndependentUnits, promote, random_like


@dataclasses.dataclass(frozen=True, eq=False)
class Categorical(IndependentUnits):
    """A distribution of class indices 0 … N − 1, with probabilities softmax(`logits`) over the last axis.

    log p(k) = logits[k] − logsumexp(logits)

    A draw is an integer, not a one-hot vector. Logits of shape (B, N) describe indices of shape (B,), so `event` is 0
    unless several indices form one draw. A value that is not an index has the log-probability −∞. The mean is the expected
    index, which is meaningful only if the classes are ordered.
    """

    logits: Any
    event: int = dataclasses.field(default=0, kw_only=True)

    def log_prob_per_unit(self, k):
        (logits,) = promote(self.logits)
        k = ops.expand_dims(ops.cast(k, logits.dtype), -1)
        # A masked maximum broadcasts, which a gather does not, and gives −∞ for an index out of range.
        chosen = ops.max(ops.where(ops.equal(k, _indices(logits)), logits, -float("inf")), axis=-1)
        return chosen - ops.logsumexp(logits, axis=-1)

    def sample(self, seed, shape=()):
        """Return int32 indices by the Gumbel-max trick; no gradient flows through them."""
        (logits,) = promote(self.logits)
        gumbel = -ops.log(-ops.log(random_like(keras.random.uniform, logits, seed, shape)))
        return ops.cast(ops.argmax(logits + gumbel, axis=-1), "int32")

    @property
    def mean(self):
        (logits,) = promote(self.logits)
        return ops.sum(ops.softmax(logits, axis=-1) * _indices(logits), axis=-1)

    @property
    def mode(self):
        (logits,) = promote(self.logits)
        return ops.cast(ops.argmax(logits, axis=-1), "int32")


@dataclasses.dataclass(frozen=True, eq=False)
class CategoricalLevels(IndependentUnits):
    """A categorical distribution of N evenly spaced grey levels k / (N − 1) in [0, 1].

    Its draws are the levels, those of a `Categorical` the indices k. `logits` has the shape batch + event + (N,). x is
    rounded to the nearest level (van den Oord et al. 2016, "Pixel recurrent neural networks", section 3: a softmax over
    256 values per channel).
    """

    logits: Any
    event: int = dataclasses.field(default=3, kw_only=True)

    def log_prob_per_unit(self, x):
        (x,) = promote(x)
        return self.index.log_prob_per_unit(ops.round(x * self.top))

    def sample(self, seed, shape=()):
        """Return levels in [0, 1]; no gradient flows through them."""
        return self._level(self.index.sample(seed, shape))

    @property
    def mean(self):
        return self._level(self.index.mean)

    @property
    def mode(self):
        return self._level(self.index.mode)

    @property
    def index(self):
        """The distribution of the index of the level."""
        return Categorical(self.logits, event=self.event)

    @property
    def top(self):
        """The highest index, N − 1."""
        return self.logits.shape[-1] - 1

    def _level(self, index):
        index, _ = promote(index, self.logits)
        return index / self.top


def _indices(logits):
    return ops.arange(logits.shape[-1], dtype=keras.backend.standardize_dtype(logits.dtype))
