"""Data in any container that `fit` of Keras takes, in a form that every backend takes."""

import copy
import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras

from kvae.backends.arrays import as_array, as_torch, kinds
from kvae.errors import UserError

DATA_SETS = {
    ("tensorflow", "DatasetV2"),
    ("tensorflow", "DistributedDataset"),
    ("tensorflow", "DistributedDatasetsFromFunction"),
    ("torch", "DataLoader"),
    ("grain", "MapDataset"),
    ("grain", "IterDataset"),
    ("grain", "DataLoader"),
}
"""Classes of data sets that Keras reads, as pairs (library, name)."""


def admitted(x, y=None) -> tuple[Any, Any]:
    """Return x and y as Keras takes them on every backend, with arrays of common types.

    Arrays, tensors of any backend, tables, and lists of one of them become NumPy arrays. Data sets and generators stay
    what they are, and their batches become tuples of such arrays.

    Raises:
        UserError: x is none of these, or y is given in addition to a data set.
    """
    x = only(x)
    if not is_stream(x):
        return arrays(x), None if y is None else arrays(only(y, "y"), "y")
    if y is not None:
        raise UserError("Expected y in the batches of a data set, (x, y). Received: a data set and y. Leave y out.")
    if isinstance(x, keras.utils.PyDataset):
        return _Converted(x), None
    if isinstance(x, Iterator):
        return (as_batch(batch) for batch in x), None
    if ("torch", "DataLoader") in kinds(x) and keras.backend.backend() != "torch":
        x = copy.copy(x)
        x.collate_fn = _Collated(x.collate_fn)
    return x, None


def is_stream(x) -> bool:
    """Return True if x is a data set, a generator or another iterator over batches."""
    return isinstance(x, keras.utils.PyDataset | Iterator) or not DATA_SETS.isdisjoint(kinds(x))


def first_batch(x) -> tuple[tuple, Any]:
    """Return the first batch of a data set, and the data set with all of its batches."""
    if isinstance(x, keras.utils.PyDataset):
        return as_batch(x[0]), x
    batch = next(iter(x), None)
    if batch is None:
        raise UserError("Expected at least one batch. Received: an empty data set.")
    return as_batch(batch), (b for b in itertools.chain([batch], x)) if isinstance(x, Iterator) else x


def as_batch(batch) -> tuple:
    """Return a batch of a data set as (x,) or (x, y), with arrays of common types. Raise `UserError` for weights."""
    named = zip(("x", "y"), without_weights(batch), strict=True)
    return tuple(arrays(only(part, name), name) for name, part in named if part is not None)


def without_weights(data) -> tuple:
    """Return x and y of data that Keras takes as x, (x,), (x, y) or (x, y, weight). Raise `UserError` for weights."""
    x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
    refuse_weights(sample_weight=weight)
    return x, y


def refuse_weights(**weights) -> None:
    """Raise `UserError` if a weight of examples or of classes is given."""
    for name, value in weights.items():
        if value is not None:
            raise UserError(
                "Expected examples without weights: an objective averages over its batch. "
                f"Received: {name}. Draw the examples in the proportions you want instead."
            )


def only(x, name: str = "x"):
    """Return x, or the only entry of the list or the tuple x. Raise `UserError` for several entries."""
    while isinstance(x, list | tuple):
        if len(x) != 1:
            raise UserError(
                f"Expected {name} to be one array. Received: a {type(x).__name__} of {len(x)}. "
                "Join them with numpy.stack, or pass labels as y."
            )
        x = x[0]
    return x


def arrays(x, name: str = "x"):
    """Return an array, or a dict of arrays, with each array converted to a common type."""
    if isinstance(x, Mapping):
        return keras.tree.map_structure(lambda value: as_array(value, name), dict(x))
    array = as_array(x, name)
    if array.ndim == 0:
        raise UserError(f"Expected {name} to be an array of examples. Received: {name}={x!r}.")
    return array


class _Converted(keras.utils.PyDataset):
    """A `PyDataset` whose batches are those of another one, as tuples of arrays of common types."""

    def __init__(self, data: keras.utils.PyDataset):
        super().__init__(data.workers, data.use_multiprocessing, data.max_queue_size)
        self.data = data

    @property
    def num_batches(self) -> int | None:
        return self.data.num_batches

    def __getitem__(self, index: int) -> tuple:
        return as_batch(self.data[index])

    def on_epoch_begin(self) -> None:
        self.data.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self.data.on_epoch_end()


@dataclasses.dataclass(frozen=True)
class _Collated:
    """The function of a DataLoader that joins examples to a batch, with the batch as a tuple of tensors of common types.

    A class and not a nested function, because a DataLoader with several processes pickles it.
    """

    join: Callable[[Any], Any]

    def __call__(self, examples) -> tuple:
        return keras.tree.map_structure(as_torch, as_batch(self.join(examples)))
