"""The swiss roll: a rolled-up sheet in three dimensions, drawn by scikit-learn, with a binary label."""

import numpy as np

from kvae.data.dataset import Dataset, Split
from kvae.data.fingerprint import fingerprint
from kvae.errors import UserError
from kvae.suggest import require

_COORDINATES = {"first": 0, "height": 1}
_THRESHOLD = 10.0


def load(*, n: int = 10_000, noise: float = 0.0, label: str = "first", seed: int = 0) -> Dataset:
    """`n` training, `n` test and `n` validation points, each coordinate standardised.

    With t uniform in [1.5π, 4.5π] along the roll and h uniform in [0, 21] across it, a point is
    (t cos t, h, t sin t) plus Gaussian noise. Standardisation subtracts the training mean and divides by the
    training standard deviation, coordinate by coordinate; the columns "raw" (N, 3) and "position" (N,) keep
    the point as drawn and t. The label is 1 where the raw first coordinate is at least 10 (`label="first"`:
    along the roll, 14 % positive) or where the raw height is (`label="height"`: about half).
    """
    from sklearn.datasets import make_swiss_roll

    require("label", label, tuple(_COORDINATES))
    if not isinstance(n, int) or n < 1:
        raise UserError(f"Expected a positive number of points. Received: n={n!r}.")
    if not 0 <= noise < np.inf:
        raise UserError(f"Expected a standard deviation of at least 0. Received: noise={noise!r}.")
    random = np.random.RandomState(seed)
    # As many to validate as to test: a classifier learns from codes what they leak, and few points teach it nothing.
    drawn = {k: make_swiss_roll(n, noise=noise, random_state=random) for k in ("train", "test", "validation")}
    mean, deviation = drawn["train"][0].mean(0), drawn["train"][0].std(0)

    def split(name):
        raw, position = drawn[name]
        x = ((raw - mean) / np.where(deviation > 0, deviation, 1)).astype(np.float32)
        y = (raw[:, _COORDINATES[label]] >= _THRESHOLD).astype(np.int32)
        return Split(x, y, {"raw": raw.astype(np.float32), "position": position.astype(np.float32)})

    # The settings alone make the fingerprint: sines and cosines may differ in the last bit from machine to
    # machine.
    return Dataset(
        "swiss_roll",
        split("train"),
        split("validation"),
        split("test"),
        (f"{label} < {_THRESHOLD:g}", f"{label} ≥ {_THRESHOLD:g}"),
        "real",
        fingerprint("swiss_roll", "n each", n, float(noise), label, seed),
        (
            "Standardised: minus the training mean "
            f"({_numbers(mean)}), divided by the training standard deviation ({_numbers(deviation)}).",
        ),
    )


def _numbers(values: np.ndarray) -> str:
    return ", ".join(f"{value:.3f}" for value in values)
