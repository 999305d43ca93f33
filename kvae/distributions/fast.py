"""The sum of log densities over an event, in the form that each backend computes fast."""

import dataclasses
import math

from keras import ops

from kvae.backends import fused


def sum_event(values, event: int):
    """Return `values` summed over their last `event` axes."""
    return ops.sum(values, axis=tuple(range(-event, 0))) if event else values


def fused_sum(distribution, x):
    """Return log p(x), the sum of `distribution.log_prob_per_unit(x)` over the event.

    The value equals that of `sum_event`. The arithmetic runs in one pass over memory on backends that can do so. The axes
    of an event are first merged into one. XLA on a CPU works along the last axis, so that it is slow along the single
    channel of a grey image and fast along all of its pixels.
    """
    if distribution.event > 1 and (flat := _flattened(distribution, tuple(x.shape[-distribution.event :]))) is not None:
        distribution, x = flat, _merged(x, distribution.event)
    return fused(lambda: sum_event(distribution.log_prob_per_unit(x), distribution.event))


def _flattened(distribution, shape):
    """Return the same distribution with one event axis, or None if a parameter does not have the event shape `shape`."""
    event = distribution.event
    values = {field.name: getattr(distribution, field.name) for field in dataclasses.fields(distribution)}
    tensors = {name: value for name, value in values.items() if len(getattr(value, "shape", ()))}
    if any(tuple(value.shape[-event:]) != shape for value in tensors.values()):
        return None
    return dataclasses.replace(
        distribution, **{name: _merged(value, event) for name, value in tensors.items()}, event=1
    )


def _merged(values, event: int):
    """Return `values` with their last `event` axes merged into one."""
    shape = ops.shape(values)
    return ops.reshape(values, (*shape[:-event], math.prod(shape[-event:])))
