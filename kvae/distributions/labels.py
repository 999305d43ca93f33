"""Label specifications: the values of y, their encoding for networks, and the distribution that logits parametrise."""

import abc
import dataclasses
from collections.abc import Mapping
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.distributions.base import Configuration, promote
from kvae.distributions.bernoulli import Bernoulli
from kvae.distributions.checks import check_numbers
from kvae.errors import UserError


@dataclasses.dataclass(frozen=True)
class Labels(Configuration, abc.ABC):
    """A label specification: the values of y, their encoding with `units` values, and the distribution q(y) of logits."""

    exclusive: ClassVar[bool]
    """True if exactly one of the units is 1."""

    @property
    @abc.abstractmethod
    def units(self) -> int:
        """Number of values that encode one y, in a network's input and in its output."""

    @abc.abstractmethod
    def encode(self, y):
        """Return y as floats (B, units). Values in this form, such as mixtures of labels, keep their values."""

    @abc.abstractmethod
    def log_prob(self, y, logits):
        """Return log q(y) under `logits` (B, units): (B,), in nats."""

    @abc.abstractmethod
    def probabilities(self, logits):
        """Return the probability that each attribute is 1, or of each class, under `logits` (B, units): (B, units)."""

    @abc.abstractmethod
    def agreement(self, y, logits):
        """Return the share of attributes for which the most probable value under `logits` equals y: (B,).

        For classes it is 1 if the most probable class is y, and 0 otherwise.
        """

    @abc.abstractmethod
    def answers(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the most probable labels under `probabilities` (N, units), as booleans of the same shape."""

    @abc.abstractmethod
    def with_label(self, y: np.ndarray, unit: int, value: int = 1) -> np.ndarray:
        """Return a copy of `y` with attribute `unit` set to `value`, or the class set to `unit`, for each example."""

    @abc.abstractmethod
    def negative_entropy(self, logits):
        """Return Σ_y q(y) log q(y) under `logits` (B, units): (B,), in nats. It is smallest for uniform predictions."""

    @abc.abstractmethod
    def divergence(self, base_rate, logits):
        """Return KL(p ‖ q) in nats, (B,), of fixed probabilities p = `base_rate` (units,) and q of `logits` (B, units)."""

    @abc.abstractmethod
    def check(self, y, name: str = "y") -> None:
        """Raise `UserError` unless the array `y` holds labels of this specification."""

    @abc.abstractmethod
    def is_one(self, y) -> bool:
        """Return True if the array `y` is one label and not several."""

    @abc.abstractmethod
    def random(self, rng: np.random.RandomState, n: int) -> np.ndarray:
        """Return `n` labels drawn uniformly with the generator `rng`."""

    @abc.abstractmethod
    def cycle(self, n: int) -> np.ndarray:
        """Return `n` labels that run through all classes repeatedly, or through no attribute and each attribute alone."""

    def check_base_rate(self, base_rate, name: str = "base_rate") -> list[float]:
        """Return `base_rate`, the frequency of each attribute or class, as a list. Raise `UserError` for anything else."""
        frequencies = np.asarray(base_rate, "float64")
        if frequencies.shape != (self.units,) or not self._are_probabilities(frequencies):
            together = " that sum to 1" if self.exclusive else ""
            raise UserError(
                f"Expected {name} to hold {self.units} probabilities{together}, for {self}. "
                f"Received: {name}={frequencies.tolist()}."
            )
        return frequencies.tolist()

    def check_mixture(self, y) -> None:
        """Raise `UserError` unless the array `y` holds labels, or mixtures of labels: floats (N, units)."""
        if y.dtype.kind != "f" or y.shape[1:] != (self.units,) or not self._are_probabilities(y):
            self.check(y)

    def _are_probabilities(self, p) -> bool:
        within = ((p >= 0) & (p <= 1)).all()
        return bool(within and (not self.exclusive or np.allclose(p.sum(axis=-1), 1, atol=1e-4)))

    def spread(self, y, n: int) -> np.ndarray:
        """Return `n` labels: the labels `y` if they are n, or the single label `y` n times. Raise `UserError` otherwise."""
        if isinstance(y, str | Mapping):
            raise UserError(
                f"Expected y to hold numbers. Received: y={y!r}. Labels by name are known to a model with its data: "
                f"kvae.open_trained(…).sample({n}, {y!r})."
            )
        y = as_array(y, "y")
        y = y[None] if self.is_one(y) else y
        self.check(y)
        y = y.repeat(n, axis=0) if len(y) == 1 else y
        if len(y) != n:
            raise UserError(f"Expected {n} labels, or one for all. Received: {len(y)}.")
        return y


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class BinaryLabels(Labels):
    """The values 0 or 1 of `count` attributes: y (N, count), or (N,) for a single attribute.

    Predictions of different attributes are independent.
    """

    exclusive = False
    count: int = 1

    @property
    def units(self):
        return self.count

    def encode(self, y):
        return ops.reshape(ops.cast(y, keras.config.floatx()), (-1, self.count))

    def is_one(self, y):
        return y.ndim == 0 or (y.ndim == 1 and self.count > 1)

    def random(self, rng, n):
        return rng.randint(0, 2, (n, self.count)).astype("uint8")

    def cycle(self, n):
        return np.resize(np.eye(self.count + 1, self.count, k=-1, dtype="uint8"), (n, self.count))

    def log_prob(self, y, logits):
        return Bernoulli(logits).log_prob(self.encode(y))

    def probabilities(self, logits):
        return Bernoulli(logits).mean

    def answers(self, probabilities):
        return np.asarray(probabilities) > 0.5

    def with_label(self, y, unit, value=1):
        y = np.array(y).reshape(-1, self.count)
        y[:, unit] = value
        return y

    def agreement(self, y, logits):
        y = self.encode(y)
        return ops.mean(ops.cast((logits > 0) == (y > 0.5), y.dtype), axis=-1)

    def negative_entropy(self, logits):
        # log q(y) is linear in y: its expectation under probabilities p is its value at p.
        q = Bernoulli(logits)
        return q.log_prob(q.mean)

    def divergence(self, base_rate, logits):
        p = np.clip(np.asarray(base_rate, keras.config.floatx()), 1e-6, 1 - 1e-6)
        constant = float((p * np.log(p) + (1 - p) * np.log(1 - p)).sum())
        return constant - Bernoulli(logits).log_prob(p)

    def check(self, y, name="y"):
        y = as_array(y, name)
        if y.shape[1:] != (self.count,) and not (y.ndim == 1 and self.count == 1):
            raise UserError(f"Expected {name} of shape (N, {self.count}). Received: {name}.shape={y.shape}.")
        check_numbers(y, name)
        if not np.isin(y, (0, 1)).all():
            found = sorted(set(np.unique(y).tolist()) - {0, 1})[0]
            repair = f"({name} + 1) / 2 turns −1 and +1 into them." if found == -1 else "Use 0 and 1."
            raise UserError(f"Expected labels 0 and 1. Received: {name} with {found}. {repair}")


@keras.saving.register_keras_serializable("kvae")
@dataclasses.dataclass(frozen=True)
class ClassLabels(Labels):
    """The number of one of `classes` classes: y (N,), integers from 0."""

    exclusive = True
    classes: int

    @property
    def units(self):
        return self.classes

    def encode(self, y):
        if len(y.shape) == 2:
            return ops.cast(y, keras.config.floatx())
        return ops.one_hot(ops.cast(y, "int32"), self.classes, dtype=keras.config.floatx())

    def is_one(self, y):
        return y.ndim == 0

    def random(self, rng, n):
        return rng.randint(0, self.classes, n).astype("int32")

    def cycle(self, n):
        return (np.arange(n) % self.classes).astype("int32")

    def log_prob(self, y, logits):
        return ops.sum(self.encode(y) * _log_softmax(logits), axis=-1)

    def probabilities(self, logits):
        return ops.softmax(*promote(logits), axis=-1)

    def answers(self, probabilities):
        return np.eye(self.classes, dtype=bool)[np.argmax(probabilities, axis=-1)]

    def with_label(self, y, unit, value=1):
        if value != 1:
            raise UserError(f"Expected value=1, because a class can be set but not removed. Received: value={value}.")
        return np.full(len(y), unit, "int32")

    def agreement(self, y, logits):
        return ops.take_along_axis(self.encode(y), ops.argmax(logits, axis=-1)[:, None], axis=-1)[:, 0]

    def negative_entropy(self, logits):
        log_q = _log_softmax(logits)
        return ops.sum(ops.exp(log_q) * log_q, axis=-1)

    def divergence(self, base_rate, logits):
        p = np.clip(np.asarray(base_rate, keras.config.floatx()), 1e-6, 1.0)
        constant = float((p * np.log(p)).sum())
        return constant - ops.sum(ops.convert_to_tensor(p) * _log_softmax(logits), axis=-1)

    def check(self, y, name="y"):
        y = as_array(y, name)
        if y.ndim != 1:
            raise UserError(f"Expected {name} of shape (N,), one class per example. Received: {name}.shape={y.shape}.")
        check_numbers(y, name)
        invalid = y[(np.mod(y, 1) != 0) | (y < 0) | (y >= self.classes)]
        if invalid.size:
            raise UserError(f"Expected classes 0 to {self.classes - 1}. Received: {name} with {invalid[0]}.")


def _log_softmax(logits):
    return ops.log_softmax(*promote(logits), axis=-1)


def get(labels) -> Labels:
    """Return the label specification given by itself or by its Keras configuration. Raise `UserError` for anything else."""
    found = keras.saving.deserialize_keras_object(labels) if isinstance(labels, dict) else labels
    if isinstance(found, Labels):
        return found
    raise UserError(f"Expected labels: BinaryLabels(count) or ClassLabels(classes). Received: labels={labels!r}.")
