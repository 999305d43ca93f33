"""Likelihoods of pixels on evenly spaced levels: discretised logistics and a softmax over all levels."""

import dataclasses
import math

import keras
from keras import ops

from kvae.distributions.base import Configuration, promote
from kvae.distributions.categorical import CategoricalLevels
from kvae.distributions.checks import check_count
from kvae.distributions.likelihoods.base import (
    ChannelwiseLikelihood,
    Likelihood,
    check_channels,
    check_count_of_levels,
    event_of,
    loc_and_log_scale,
)
from kvae.distributions.logistic import DiscretizedLogistic
from kvae.distributions.logistic_mixture import DiscretizedLogisticMixture
from kvae.distributions.scales import bounded_log_scale
from kvae.errors import UserError


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class LogisticLikelihood(ChannelwiseLikelihood):
    """Likelihood of pixels on evenly spaced levels: the discretised logistic. h holds the means, then the log-scales.

    The log-scales are bounded to [−7, 7], one for each dimension and example.
    """

    levels: int = 256

    name = "logistic"
    support = "levels"

    def __post_init__(self):
        check_count_of_levels(self.levels)

    @property
    def parameters(self):
        return 2

    def __call__(self, h, batch_axes=1, training=False):
        loc, log_scale = loc_and_log_scale(h, None)
        return DiscretizedLogistic(loc, log_scale, self.levels, event=event_of(h, batch_axes))


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class LogisticMixtureLikelihood(Configuration, Likelihood):
    """Likelihood of pixels on evenly spaced levels: a mixture of discretised logistics (Salimans et al. 2017, "PixelCNN++").

    The channels of a pixel share the component of the mixture, and the mean of each channel depends on the channels before
    it. See `DiscretizedLogisticMixture`. For K components and C channels h has K (C + 1)(C + 2) / 2 channels: 3 K for a grey
    image, and 10 K for an RGB image. They are the K logits of the components, then for each component the C means, relative
    to ½, the C log-scales, bounded to [−7, 7], and the C (C − 1) / 2 coefficients of the coupling, whose tanh is taken.
    """

    components: int = 5
    levels: int = 256

    name = "logistic_mixture"
    support = "levels"

    def __post_init__(self):
        check_count_of_levels(self.levels)
        check_count(self.components, "components")

    def outputs(self, shape):
        *sides, channels = shape
        return (*sides, self.components * ((channels + 1) * (channels + 2) // 2))

    def __call__(self, h, batch_axes=1, training=False):
        channels = self._channels(h)
        (h,) = promote(h)
        logits, h = h[..., : self.components], h[..., self.components :]
        h = ops.reshape(h, (*ops.shape(h)[:-1], self.components, -1))  # (…, K · P) -> (…, K, P)
        loc, log_scale, coupling = h[..., :channels], h[..., channels : 2 * channels], h[..., 2 * channels :]
        return DiscretizedLogisticMixture(
            logits,
            loc + 0.5,
            bounded_log_scale(log_scale),
            ops.tanh(coupling),
            levels=self.levels,
            event=event_of(logits, batch_axes),
        )

    def _channels(self, h) -> int:
        """Return the number of channels C of the data: h has K (C + 1)(C + 2) / 2."""
        channels = (math.isqrt(1 + 8 * (h.shape[-1] // self.components)) - 3) // 2
        if channels < 1 or self.outputs((channels,))[0] != h.shape[-1]:
            raise UserError(
                f"Expected a decoder with {self.outputs((1,))[0]} outputs for a grey image, or {self.outputs((3,))[0]} for "
                f"RGB. Received: channels={h.shape[-1]}. Make a decoder whose output has the shape "
                "`likelihood.outputs(shape)`."
            )
        return channels


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class CategoricalLikelihood(ChannelwiseLikelihood):
    """Likelihood of pixels on evenly spaced levels: one softmax over all levels. h holds the logits.

    The logits of the levels of one channel lie next to each other.
    """

    levels: int = 256

    name = "categorical"
    support = "levels"

    def __post_init__(self):
        check_count_of_levels(self.levels)

    @property
    def parameters(self):
        return self.levels

    def __call__(self, h, batch_axes=1, training=False):
        check_channels(h, self.levels)
        shape = (*ops.shape(h)[:-1], h.shape[-1] // self.levels, self.levels)
        return CategoricalLevels(ops.reshape(h, shape), event=event_of(h, batch_axes))
