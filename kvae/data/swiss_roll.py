"""The swiss roll: points on a rolled-up sheet in three dimensions, drawn by scikit-learn, with two classes."""

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.errors import UserError
from kvae.suggest import require

_COORDINATES = {"first": 0, "height": 1}
_THRESHOLD = 10.0

MAX_POINTS = 1_000_000
"""Largest number of points in a split. The card of a preset, which may come from anyone, names the number."""


def load(
    *, n: int = 10_000, noise: float = 0.0, label: str = "first", limit: int | None = None, seed: int = 0
) -> Dataset:
    """Return `n` training, `n` test and `n` validation points with standardised coordinates.

    A point is (t cos t, h, t sin t) plus Gaussian noise, where t is uniform in [1.5π, 4.5π] along the roll and h
    uniform in [0, 21] across it. From each coordinate the mean of the training points is subtracted, and the result is
    divided by their standard deviation. The columns "raw" (N, 3) and "position" (N,) hold the point as drawn and t.

    noise: standard deviation of the noise.
    label: the coordinate that gives the label. With "first", the label is 1 if the raw first coordinate is at least 10
        (14 % of the points) and otherwise 0. With "height", it is 1 if the raw h is at least 10 (52 %).
    limit: largest number of points in a split. Fewer points are drawn then.
    """
    from sklearn.datasets import make_swiss_roll

    require("label", label, tuple(_COORDINATES))
    if not isinstance(n, int) or not 1 <= n <= MAX_POINTS:
        raise UserError(f"Expected 1 to {MAX_POINTS:,} points. Received: n={n!r}.")
    if not 0 <= noise < np.inf:
        raise UserError(f"Expected a standard deviation of at least 0. Received: noise={noise!r}.")
    n = n if limit is None else min(n, limit)
    random = np.random.RandomState(seed)
    # The held-out splits are as large as the training split, since metrics fit classifiers to codes of held-out points.
    drawn = {k: make_swiss_roll(n, noise=noise, random_state=random) for k in ("train", "test", "validation")}
    mean, deviation = drawn["train"][0].mean(0), drawn["train"][0].std(0)

    def split(name):
        raw, position = drawn[name]
        x = ((raw - mean) / np.where(deviation > 0, deviation, 1)).astype(np.float32)
        y = (raw[:, _COORDINATES[label]] >= _THRESHOLD).astype(np.int32)
        return Split(x, y, {"raw": raw.astype(np.float32), "position": position.astype(np.float32)})

    # The fingerprint covers the settings alone, since sines and cosines may differ in the last bit between machines.
    return Dataset(
        "swiss_roll",
        split("train"),
        split("validation"),
        split("test"),
        (f"{label} < {_THRESHOLD:g}", f"{label} ≥ {_THRESHOLD:g}"),
        "real",
        fingerprint("swiss_roll", "n each", n, float(noise), label, seed),
        (
            f"Each coordinate is standardised by the mean ({_numbers(mean)}) and the standard deviation "
            f"({_numbers(deviation)}) of the training points.",
        ),
    )


def _numbers(values: np.ndarray) -> str:
    return ", ".join(f"{value:.3f}" for value in values)
