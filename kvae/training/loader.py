"""Batches in the form in which the training loops of Keras take them."""

import keras
from keras import ops
from keras.src.trainers.data_adapters import get_data_adapter
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

from kvae.training.containers import is_stream


class Loader(DataAdapter):
    """Batches that the training thread converts to tensors, one by one.

    On a CPU the threads of `tf.data` and PyTorch's `DataLoader` would gain nothing: they compete for the cores with the
    operations of a step.

    Args:
        adapter: Keras' adapter of the data, which makes batches of NumPy arrays.
    """

    def __init__(self, adapter: DataAdapter):
        self.adapter = adapter

    def __iter__(self):
        for batch in self.adapter.get_numpy_iterator():
            yield keras.tree.map_structure(ops.convert_to_tensor, batch)

    def get_tf_dataset(self):
        return self

    def get_torch_dataloader(self):
        return self

    def get_jax_iterator(self):
        return self.adapter.get_jax_iterator()

    def on_epoch_begin(self):
        self.adapter.on_epoch_begin()

    def on_epoch_end(self):
        self.adapter.on_epoch_end()

    @property
    def num_batches(self):
        return self.adapter.num_batches

    @property
    def batch_size(self):
        return self.adapter.batch_size

    @property
    def has_partial_batch(self):
        return self.adapter.has_partial_batch

    @property
    def partial_batch_size(self):
        return self.adapter.partial_batch_size


def loaded(x, y, batch_size: int | None, shuffle=False, steps: int | None = None) -> tuple:
    """Return arrays, or a `PyDataset`, as a `Loader` and no y; other data as they are.

    Args:
        batch_size: number of examples in a batch of arrays.
        shuffle: True to shuffle the examples of arrays in each epoch, "batch" to shuffle only within a batch.
        steps: number of batches in an epoch, or None.
    """
    if is_stream(x) and not isinstance(x, keras.utils.PyDataset):
        return x, y
    return Loader(get_data_adapter(x, y, batch_size=batch_size, shuffle=shuffle, steps_per_epoch=steps)), None
