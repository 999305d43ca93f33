"""Rounds: batches for models that train on one domain of the data after another.

A turn is a batch of one domain. A round holds one or several turns of each domain, and each phase trains on one turn.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from kvae.backends import Shard
from kvae.errors import UserError
from kvae.training.batches import check_divides
from kvae.training.model import Model
from kvae.training.scaling import as_floats, tensor_as_floats


class Rounds(keras.utils.PyDataset):
    """{domain: (batch_size, turns, …)} for each round, in the form that `fit` of Keras takes.

    Each domain has an endless sequence of examples: one permutation of its examples after another, each drawn from (seed,
    number of the domain, number of the permutation). A round takes `turns[domain]` batches from each sequence. An epoch has
    as many rounds as the largest domain needs for each of its examples to be used, but at least `min_steps`. Examples of
    smaller domains are used several times. As with `Batches`, the content of a round depends only on the seed and the epoch.

    Args:
        x: array (N, …) of bytes (uint8) or floats. Bytes that represent k/255 stay bytes and are scaled turn by turn in
            the model, because a round of large images would take gigabytes in floats.
        y: the domain of each example (N,), numbered from 0 in the order of `turns`. Examples with other numbers are not
            used.
        turns: {name of the domain: number of turns in a round}.
        batch_size: number of examples in a turn.
        repeats: number of times that a turn holds each of its examples. With 5, a turn of 50 holds 10 distinct examples.
        periods: numbers (N,) that accompany x, such as the period of a painting, −1 where unknown; or None.
        seed: seed of the permutations.
        scale: divisor for bytes. Bytes with a divisor other than 255, or with a transform, become floats here and not in the
            model.
        transform: a function (x, rng) -> x of the examples as floats. It is applied to all turns of a domain at once, with a
            generator drawn from (seed, number of the round, number of the domain).
        min_steps: fewest rounds in an epoch.
        shard: the part of each turn that this process loads.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        turns: Mapping[str, int],
        batch_size: int = 50,
        repeats: int = 1,
        periods: np.ndarray | None = None,
        seed: int = 0,
        scale: float = 255.0,
        transform: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
        min_steps: int = 1,
        shard: Shard = Shard(),  # noqa: B008  immutable
    ):
        super().__init__()
        if batch_size % repeats:
            raise UserError(f"Expected a batch_size that repeats={repeats} divides. Received: batch_size={batch_size}.")
        check_divides(shard, batch_size)
        self.x = x
        self.y = np.asarray(y)
        self.turns = dict(turns)
        self.batch_size = batch_size
        self.min_steps = min_steps
        self.repeats = repeats
        self.periods = periods
        self.seed = seed
        self.scale = scale
        self.transform = transform
        self.shard = shard
        self.rows = [np.flatnonzero(self.y == number) for number in range(len(self.turns))]
        for domain, rows in zip(self.turns, self.rows, strict=True):
            if len(rows) == 0:
                raise UserError(f"Expected training examples of {domain}. Received: none. Leave it out of the domains.")
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Set the epoch of the rounds that are loaded next."""
        self.epoch = epoch

    def __len__(self) -> int:
        needed = (math.ceil(len(rows) / taken) for rows, taken in zip(self.rows, self._taken(), strict=True))
        return max(self.min_steps, *needed)

    def __getitem__(self, index: int) -> tuple[dict[str, Any]]:
        number = self.epoch * len(self) + index  # number of the round from the start of training
        batch = {}
        for place, (domain, rows) in enumerate(self.chosen(number).items()):
            x = self._turns(rows, (self.seed, number, place))
            batch[domain] = x if self.periods is None else (x, self.periods[self.shard.part(rows)])
        return (batch,)

    def _turns(self, whole: np.ndarray, seed: tuple[int, ...]) -> np.ndarray:
        """Return this process's part of the turns (B, turns, …) of the rows `whole`, after the transform."""
        # With a transform, each process transforms whole turns, with the same random numbers as all others.
        rows = self.shard.part(whole) if self.transform is None else whole
        x = self.x[rows.reshape(-1)]  # (B, turns) -> (B · turns, …)
        if self.transform is not None:
            x = self.transform(as_floats(x, self.scale), np.random.default_rng(seed))
        elif self.scale != 255:
            x = as_floats(x, self.scale)
        x = x.reshape(*rows.shape, *x.shape[1:])  # (B · turns, …) -> (B, turns, …)
        return x if self.transform is None else self.shard.part(x)

    def chosen(self, number: int) -> dict[str, np.ndarray]:
        """Return the rows of the examples in a round: {domain: (batch_size, turns)}."""
        shape = {domain: (turns, self.batch_size // self.repeats) for domain, turns in self.turns.items()}
        return {
            domain: np.repeat(self._next(place, number * taken, taken).reshape(shape[domain]), self.repeats, axis=1).T
            for place, (domain, taken) in enumerate(zip(self.turns, self._taken(), strict=True))
        }

    def _taken(self) -> list[int]:
        """Return the number of distinct examples of each domain in a round."""
        return [turns * (self.batch_size // self.repeats) for turns in self.turns.values()]

    def _next(self, place: int, start: int, count: int) -> np.ndarray:
        """Return `count` examples of the endless sequence of a domain, from position `start`."""
        rows = self.rows[place]
        first, last = start // len(rows), (start + count - 1) // len(rows)
        passes = [np.random.default_rng((self.seed, place, k)).permutation(rows) for k in range(first, last + 1)]
        return np.concatenate(passes)[start - first * len(rows) :][:count]


class RoundsModel(Model):
    """A model that trains on rounds. All its other methods, such as validation, take x and y, the domain of each example.

    A subclass sets `domains` and `turns`, and each of its phases picks its turn with `turn_of`. `loss_terms` of (x, y)
    returns the scalars that do not depend on turns. Validation on x and y reports these scalars.
    """

    domains: Sequence[str]
    """Names of the domains, in the order of their numbers in y."""

    turns: Mapping[str, int]
    """Number of turns of each domain in a round."""

    def unpack(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(x, Mapping) and y is None:
            return keras.tree.map_structure(self.as_tensor, dict(x))
        return super().unpack(data)

    def train_round(self, data):
        if not isinstance(keras.utils.unpack_x_y_sample_weight(data)[0], Mapping):
            raise UserError(
                "Expected rounds, which hold the turns of each domain. Received: x and y. "
                f"Train with fit(kvae.training.Rounds(x, y, {dict(self.turns)}))."
            )
        return super().train_round(data)

    def test_round(self, data):
        batch = self.unpack(data)
        if isinstance(batch, Mapping):
            return super().test_round(data)
        terms = self.loss_terms(batch, training=False)
        self.report(terms, batch)
        metrics = self.get_metrics_result()
        return {name: metrics[name] for name in terms}  # validation on x and y has not updated the other metrics


def turn_of(domain: str, turn: int) -> Callable[[Mapping], tuple]:
    """Return the function that picks one turn of a domain from a round: (x,), or (x, period)."""

    def batch(rounds):
        entry = rounds[domain]
        x, *period = (part[:, turn] for part in (entry if isinstance(entry, tuple | list) else (entry,)))
        return (tensor_as_floats(x), *period)

    return batch


def check_round(
    batch: Mapping, domains: Sequence[str], turns: Mapping[str, int], with_periods: bool = False
) -> dict[str, np.ndarray]:
    """Raise `UserError` unless a round holds the turns of every domain, with or without periods.

    Returns the examples of each domain for further checks, {domain: (N, …)}, as floats.
    """
    if set(batch) != set(domains):
        raise UserError(f"Expected rounds of {', '.join(domains)}. Received: rounds of {', '.join(map(str, batch))}.")
    examples = {}
    for domain in domains:
        x, *period = batch[domain] if isinstance(batch[domain], tuple | list) else (batch[domain],)
        if len(period) != with_periods:
            raise UserError(
                f"Expected rounds {'with' if with_periods else 'without'} periods. "
                f"Received: turns of {domain} {'with' if period else 'without'} periods."
            )
        if np.shape(x)[1] != turns[domain]:
            raise UserError(f"Expected {turns[domain]} turns of {domain}. Received: {np.shape(x)[1]}.")
        examples[domain] = as_floats(np.reshape(x, (-1, *np.shape(x)[2:])))  # (B, turns, …) -> (B · turns, …)
    return examples
