"""Rounds of turns, each of one class, for models that learn class by class."""

from collections.abc import Mapping

import keras
import numpy as np

from kvae.errors import UserError
from kvae.training.batches import as_floats, check_divides


class Rounds(keras.utils.PyDataset):
    """{class: (batch_size, turns, …)} for each round, as Keras' `fit` takes them.

    Every class has an endless row of its own, one permutation of its examples after another, drawn from (seed, class,
    pass); a round takes `turns` batches from each row. An epoch is as many rounds as the class needs that has most
    examples for its turns, so that each example is seen, and those of small classes again and again. As with `Batches`,
    what is seen depends on the seed and the epoch alone.

    Args:
        x: array (N, …): bytes (uint8) or floats. Bytes that stand for k/255 stay bytes, for the model to scale turn by
            turn: of floats, a round of large pictures would take gigabytes.
        y: classes (N,), numbers from 0 in the order of `turns`; others take no part.
        turns: {name of the class: turns in a round}.
        batch_size: examples in a turn.
        repeats: how often an example stands in its turn: 5 makes a batch of 50 of ten examples.
        periods: numbers (N,) that go with x, such as when it was painted, −1 where that is not known; or None.
        seed: of the order.
        scale: what bytes stand over. Those over another number than 255 become floats here.
        sharing: as in `Batches`, of a turn.
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
        shard: tuple[int, int, int] = (1, 0, 1),
    ):
        super().__init__()
        self.x, self.y, self.turns, self.periods = x, np.asarray(y), dict(turns), periods
        self.batch_size, self.repeats, self.seed, self.scale = batch_size, repeats, seed, scale
        if batch_size % repeats:
            raise UserError(f"Expected a batch_size that repeats={repeats} divides. Received: batch_size={batch_size}.")
        multiple, self.part, self.parts = shard
        check_divides(multiple, batch_size=batch_size)
        self.rows = [np.flatnonzero(self.y == number) for number in range(len(self.turns))]
        for name, rows in zip(self.turns, self.rows, strict=True):
            if len(rows) == 0:
                raise UserError(f"Expected training examples of {name}. Received: none. Leave it out of the classes.")
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Sets the epoch whose rounds are next."""
        self.epoch = epoch

    def __len__(self):
        return max(-(-len(rows) // taken) for rows, taken in zip(self.rows, self._taken(), strict=True))

    def __getitem__(self, index):
        number = self.epoch * len(self) + index  # of the round, from the start of training
        batch = {}
        for name, rows in self.chosen(number).items():
            rows = np.split(rows, self.parts)[self.part]
            x = self.x[rows.reshape(-1)].reshape(*rows.shape, *self.x.shape[1:])
            x = x if self.scale == 255 else as_floats(x, self.scale)
            batch[name] = x if self.periods is None else (x, self.periods[rows])
        return (batch,)

    def chosen(self, number: int) -> dict[str, np.ndarray]:
        """Which examples a round takes: {class: (batch_size, turns)}."""
        shape = {name: (turns, self.batch_size // self.repeats) for name, turns in self.turns.items()}
        return {
            name: np.repeat(self._next(place, number * taken, taken).reshape(shape[name]), self.repeats, axis=1).T
            for place, (name, taken) in enumerate(zip(self.turns, self._taken(), strict=True))
        }

    def _taken(self) -> list[int]:
        """Distinct examples of each class in a round."""
        return [turns * (self.batch_size // self.repeats) for turns in self.turns.values()]

    def _next(self, place: int, start: int, count: int) -> np.ndarray:
        """`count` examples from `start` on in the endless row of a class."""
        rows = self.rows[place]
        first, last = start // len(rows), (start + count - 1) // len(rows)
        passes = [np.random.default_rng((self.seed, place, k)).permutation(rows) for k in range(first, last + 1)]
        return np.concatenate(passes)[start - first * len(rows) :][:count]
