"""The abstract base class of densities of scores, and the check of arrays that may come from anyone."""

import abc
import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np


class Scores(NamedTuple):
    """Standardised scores (N, R) of codes, and the encoded labels (N, A) of each. A = 0 without labels."""

    scores: np.ndarray
    features: np.ndarray


@dataclasses.dataclass(frozen=True)
class Task:
    """The codes and the room for which a density is fitted.

    Args:
        shape: shape of a latent code.
        independent: variances that the scores would have if the units of a code were independent (R,).
        exclusive: True if the labels are classes.
        room: largest number of values of a density.
        seed: seed of the fit.
    """

    shape: tuple[int, ...]
    independent: np.ndarray
    exclusive: bool
    room: int
    seed: int


class Density(abc.ABC):
    """A density p(s|f) of standardised scores s (R,), given encoded labels f (A,).

    A subclass is a dataclass. Its fields are its arrays.
    """

    @property
    def facts(self) -> dict[str, int]:
        """Facts about the density that a card and a message state."""
        return {}

    @abc.abstractmethod
    def check(self, rank: int, labels: int) -> None:
        """Raise `ValueError` unless the arrays, which may come from anyone, are those of a density with R = `rank`.

        `labels` is the number A of encoded labels.
        """

    @abc.abstractmethod
    def log_prob(self, scores: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Return the log density of scores (N, R), given encoded labels (N, A): (N,), in nats."""

    @abc.abstractmethod
    def sample(self, features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a draw for each row of encoded labels (N, A): (N, R)."""


def array_fields(part: type) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass."""
    return tuple(field.name for field in dataclasses.fields(part))


def check_arrays(part, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise `ValueError` unless the fields of `part` are finite float32 arrays of these shapes."""
    for name, shape in shapes.items():
        array = getattr(part, name)
        if array.shape != shape or array.dtype != "float32":
            raise ValueError(f"{name} of {array.dtype} {array.shape} instead of float32 {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} with numbers that are not finite")
