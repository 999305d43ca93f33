"""The range of learnt scales."""

from keras import ops

from kvae.distributions.base import promote

LOG_SCALES = (-7.0, 7.0)
"""Range of learnt log-scales. Without a lower end a density is unbounded as its scale goes to 0."""


def bounded_log_scale(log_scale):
    """Return `log_scale` clipped to `LOG_SCALES`; the gradient passes as if it were not clipped.

    The gradient of a plain clip is zero outside the range, so that a scale which has left it could never return.
    """
    (log_scale,) = promote(log_scale)
    return log_scale + ops.stop_gradient(ops.clip(log_scale, *LOG_SCALES) - log_scale)
