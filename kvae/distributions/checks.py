"""Checks of the shape, the type and the range of data. Each error of a range names the repair."""

import math
import numbers

import numpy as np

from kvae.errors import UserError

ALTERNATIVE = "choose likelihood='normal', which takes any range"
"""End of a message: what to do instead of rescaling the data."""

_OVERSHOOT = 0.1  # distance from [0, 1] up to which values are rounding errors, or come from an interpolation


def check_count(value, name, least=1):
    """Raise `UserError` unless the argument called `name` is an integer of at least `least`."""
    if not isinstance(value, numbers.Integral) or value < least:
        raise UserError(f"Expected an integer of at least {least}. Received: {name}={value!r}.")


def check_weight(value, name):
    """Raise `UserError` unless the argument called `name` is a finite number of at least 0."""
    if not isinstance(value, numbers.Real) or not math.isfinite(value) or value < 0:
        raise UserError(f"Expected a finite number of at least 0. Received: {name}={value!r}.")


def check_shape(x, name, shape):
    """Raise `UserError` unless the array x has the shape (N, *shape)."""
    if tuple(x.shape[1:]) != tuple(shape):
        axes = ", ".join(map(str, ("N", *shape)))
        raise UserError(f"Expected {name} of shape ({axes}). Received: {name}.shape={tuple(x.shape)}.")


def check_numbers(x, name):
    """Raise `UserError` unless the array x holds integers, floats or truth values."""
    if x.dtype.kind not in "buif":
        raise UserError(f"Expected {name} to hold numbers. Received: {name} of dtype {x.dtype}.")


def check_finite(x, name):
    """Raise `UserError` unless the array x holds finite numbers."""
    check_numbers(x, name)
    if x.size == 0:
        raise UserError(f"Expected {name} to hold data. Received: {name} of shape {x.shape}, which is empty.")
    if not np.isfinite([x.min(), x.max()]).all():  # NaN and ±∞ show in the minimum or the maximum, without a mask of x
        raise UserError(
            f"Expected {name} to hold finite numbers. Received: {name} with NaN or infinity. "
            "Leave these examples out, or fill the missing values."
        )


def check_unit(x, name, user, alternative=ALTERNATIVE):
    """Raise `UserError` unless x lies in [0, 1].

    Args:
        x: the array.
        name: its name in the message.
        user: the argument or model that needs this range, such as "likelihood='bernoulli'", for the message.
        alternative: an alternative to rescaling x, for the message; or None.
    """
    low, high = float(x.min()), float(x.max())
    if low >= 0 and high <= 1:
        return
    if low >= -_OVERSHOOT and high <= 1 + _OVERSHOOT:
        repair = f"Use np.clip({name}, 0, 1)"
    elif low >= 0 and high <= 255:
        repair = f"Divide {name} by {255 if high > 127 else format(high, 'g')}"
    elif low >= -1 and low < -0.5 and high <= 1:
        repair = f"Use ({name} + 1) / 2"
    else:
        repair = f"Rescale {name}"
    raise UserError(
        f"Expected {name} in [0, 1] for {user}. Received: {name} from {low:.8g} to {high:.8g}. "
        + (f"{repair}, or {alternative}." if alternative else f"{repair}.")
    )


def check_levels(x, name, user, levels):
    """Raise `UserError` unless each value of x is a level k / (levels − 1). The other arguments are those of `check_unit`.

    A value may differ from a level by a tenth of the distance between levels, so that data stored as float16 pass.
    """
    top = levels - 1
    for rows in np.array_split(x.reshape(-1), max(1, x.size >> 22)):  # in parts, to keep temporary arrays small
        steps = rows.astype("float32") * top
        between = np.abs(steps - np.round(steps)) > 0.1
        if between.any():
            raise UserError(
                f"Expected {name} on the {levels} levels k/{top} for {user}. "
                f"Received: {name} with values between them, such as {float(rows[between][0]):g}. "
                f"Use np.round({top} * {name}) / {top}, or {ALTERNATIVE}."
            )


def check_images(x, name, shape, user):
    """Raise `UserError` unless the array x holds images of `shape` with values in [0, 1].

    `name` and `user` are those of `check_unit`.
    """
    check_shape(x, name, shape)
    check_finite(x, name)
    check_unit(x, name, user, alternative=None)
