"""The mixture of discretised logistics with coupled channels, a likelihood of 8-bit images."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kvae.backends import fused
from kvae.distributions.base import Distribution, next_seed, promote, random_like
from kvae.distributions.fast import sum_event
from kvae.distributions.logistic import DiscretizedLogistic


@dataclasses.dataclass(frozen=True, eq=False)
class DiscretizedLogisticMixture(Distribution):
    """A mixture of K discretised logistics of each pixel, whose channels are coupled (Salimans et al. 2017, "PixelCNN++").

        P(x) = Σ_k π_k ∏_c P(x_c | μ_kc(x_<c), s_kc)      μ_kc(x_<c) = loc_kc + Σ_{j<c} coupling_kcj (x_j − ½)

    with π = softmax(`logits`), the `DiscretizedLogistic` P and s = exp(`log_scale`) (eq. 2 and 3). All channels of a pixel
    have the same component, and pixels are independent. P is a probability of the levels k / (levels − 1), so that −log P
    converts to bits per dimension without an offset. The data of the paper lie in [−1, 1], and those here in [0, 1].

    The parameters have the shapes (…, K), (…, K, C), (…, K, C) and (…, K, C (C − 1) / 2), where x has the shape (…, C). The
    coefficients of the coupling are those of (c, j) = (1, 0), (2, 0), (2, 1) and so on. For a grey image there are none.
    """

    logits: Any
    loc: Any
    log_scale: Any
    coupling: Any
    levels: int = 256
    event: int = dataclasses.field(default=3, kw_only=True)

    def log_prob(self, x):
        return sum_event(self.log_prob_of_pixels(x), self.event - 1)

    def log_prob_of_pixels(self, x):
        """Return log P(x) of each pixel: (…, C) -> (…)."""
        x, logits, log_scale = promote(x, self.logits, self.log_scale)
        channels = [x[..., c : c + 1] for c in range(x.shape[-1])]  # (…, C) -> C times (…, 1)

        def log_prob():
            log_p = ops.log_softmax(logits, axis=-1)
            for c, value in enumerate(channels):
                log_p = log_p + self._channel(channels[:c], log_scale[..., c]).log_prob_per_unit(value)
            return ops.logsumexp(log_p, axis=-1)  # (…, K) -> (…)

        return fused(log_prob)

    def _channel(self, earlier: Sequence, log_scale) -> DiscretizedLogistic:
        """Return the distribution (…, K) of the channel after `earlier`, each of which has the shape (…, 1) or (…, K)."""
        c = len(earlier)
        mean, coupling, *earlier = promote(self.loc, self.coupling, *earlier)
        mean = mean[..., c]
        for j, x in enumerate(earlier):
            mean = mean + coupling[..., c * (c - 1) // 2 + j] * (x - 0.5)
        return DiscretizedLogistic(mean, log_scale, self.levels, event=0)

    def sample(self, seed, shape=()):
        """Return levels in [0, 1]: of a component chosen by the Gumbel-max trick, channel after channel.

        No gradient flows through them.
        """
        logits, log_scale = promote(self.logits, self.log_scale)
        gumbel = -ops.log(-ops.log(random_like(keras.random.uniform, logits, seed, shape)))
        chosen = ops.one_hot(ops.argmax(logits + gumbel, axis=-1), logits.shape[-1], dtype=logits.dtype)  # (…, K)
        x = []
        for c in range(log_scale.shape[-1]):
            logistic = self._channel([value[..., None] for value in x], log_scale[..., c])  # (…, K)
            loc, scale = (ops.sum(chosen * value, axis=-1) for value in (logistic.loc, logistic.log_scale))
            x.append(DiscretizedLogistic(loc, scale, self.levels, event=0).sample(next_seed(seed, c + 1)))
        return ops.stack(x, axis=-1)

    @property
    def mean(self):
        """The expected value, in which the mean of a channel is computed at the means of the channels before it.

        This is exact for the first channel, up to its rounding to levels. It is exact for the others as far as their
        logistics, given the channels before them, lie within [0, 1].
        """
        (logits,) = promote(self.logits)
        means = self._of_components(lambda logistic: logistic.mean)
        return ops.clip(ops.sum(ops.expand_dims(ops.softmax(logits, axis=-1), -1) * means, axis=-2), 0.0, 1.0)

    @property
    def mode(self):
        """The mode of the component whose mode has the highest probability under the mixture.

        The mode of a channel is computed at the modes of the channels before it.
        """
        modes = ops.moveaxis(self._of_components(lambda logistic: logistic.mode), -2, 0)  # (K, …, C)
        best = ops.argmax(self.log_prob_of_pixels(modes), axis=0)  # (K, …) -> (…)
        chosen = ops.one_hot(best, modes.shape[0], axis=0, dtype=modes.dtype)  # (K, …)
        return ops.sum(ops.expand_dims(chosen, -1) * modes, axis=0)

    def _of_components(self, statistic: Callable[[DiscretizedLogistic], Any]):
        """Return a statistic of each component, channel after channel, at that of the channels before it: (…, K, C)."""
        (log_scale,) = promote(self.log_scale)
        x = []
        for c in range(log_scale.shape[-1]):
            x.append(statistic(self._channel(x, log_scale[..., c])))
        return ops.stack(x, axis=-1)
