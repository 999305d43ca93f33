"""Checks that data lie in the range of a likelihood. Each error names the repair."""

import numpy as np

from kvae.errors import UserError

OTHERWISE = "choose likelihood='normal', which takes any range"


def check_shape(x, name, shape):
    """Raise `UserError` unless the array x has a batch axis, then `shape`."""
    if tuple(x.shape[1:]) != tuple(shape):
        axes = ", ".join(map(str, ("N", *shape)))
        raise UserError(f"Expected {name} of shape ({axes}). Received: {name}.shape={tuple(x.shape)}.")


def check_finite(x, name):
    """Raise `UserError` unless the array x holds finite numbers. NaN and ±∞ appear in the extremes: no mask is needed."""
    if x.dtype.kind not in "buif":
        raise UserError(f"Expected {name} to hold numbers. Received: {name} of dtype {x.dtype}.")
    if x.size == 0:
        raise UserError(f"Expected {name} to hold data. Received: {name} of shape {x.shape}, which is empty.")
    if not np.isfinite([x.min(), x.max()]).all():
        raise UserError(
            f"Expected {name} to hold finite numbers. Received: {name} with NaN or infinity. "
            "Leave these examples out, or fill the missing values."
        )


def check_unit(x, name, asker, otherwise=OTHERWISE):
    """Raise `UserError` unless x lies in [0, 1].

    `asker` names what requires the range, and `otherwise` an alternative to rescaling; both are parts of the message.
    """
    low, high = float(x.min()), float(x.max())
    if low >= 0 and high <= 1:
        return
    if low >= 0 and high <= 255:
        repair = f"Divide {name} by 255"
    elif low >= -1 and high <= 1:
        repair = f"Use ({name} + 1) / 2"
    else:
        repair = f"Rescale {name}"
    raise UserError(
        f"Expected {name} in [0, 1] for {asker}. Received: {name} from {low:g} to {high:g}. "
        + (f"{repair}, or {otherwise}." if otherwise else f"{repair}.")
    )


def check_levels(x, name, asker, levels):
    """Raise `UserError` unless each x is some k / (levels − 1), to a tenth of a level, so that float16 files pass."""
    top = levels - 1
    for rows in np.array_split(x.reshape(-1), max(1, x.size >> 22)):  # in parts, to keep temporary arrays small
        steps = rows.astype("float32") * top
        between = np.abs(steps - np.round(steps)) > 0.1
        if between.any():
            raise UserError(
                f"Expected {name} on the {levels} levels k/{top} for {asker}. "
                f"Received: {name} with values between them, such as {float(rows[between][0]):g}. "
                f"Use np.round({top} * {name}) / {top}, or {OTHERWISE}."
            )
