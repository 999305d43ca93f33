"""Batches that the training thread loads."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.training.loader import Loader, loaded

X = np.arange(10, dtype="float32").reshape(5, 2)


class Data(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.ended = 0

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return X[2 * index : 2 * index + 2], np.full(2, index)

    def on_epoch_end(self):
        self.ended += 1


def _batches(loader):
    return [[ops.convert_to_numpy(part) for part in keras.tree.flatten(batch)] for batch in loader]


def test_arrays_are_loaded_in_tensors_with_a_short_last_batch():
    loader, y = loaded(X, np.arange(5), 2)
    assert y is None
    assert loader.num_batches == 3
    assert all(ops.is_tensor(part) for batch in loader for part in keras.tree.flatten(batch))
    x, y = (np.concatenate(parts) for parts in zip(*_batches(loader), strict=True))
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, np.arange(5))


def test_shuffled_arrays_have_the_order_of_numpy_and_another_in_each_epoch():
    loader, _ = loaded(X, None, 5, shuffle=True)
    keras.utils.set_random_seed(3)
    epochs = [_batches(loader)[0][0] for _ in range(2)]
    rng = np.random.RandomState(3)
    for found in epochs:
        np.testing.assert_array_equal(found, X[rng.permutation(5)])
    assert not np.array_equal(*epochs)


def test_loader_of_a_data_set_calls_its_hooks_and_may_be_read_again():
    data = Data()
    loader, _ = loaded(data, None, None)
    assert [len(_batches(loader)) for _ in range(2)] == [2, 2]
    loader.on_epoch_begin()
    loader.on_epoch_end()
    assert data.ended == 1


def test_generator_is_left_to_keras():
    stream = iter([(X,)])
    assert loaded(stream, None, None) == (stream, None)


@pytest.mark.parametrize("batch_size", [None, 2])
def test_batch_size_and_steps_are_those_of_keras(batch_size):
    loader, _ = loaded(X, None, batch_size, steps=5)
    assert isinstance(loader, Loader)
    assert loader.batch_size == (batch_size or 1)
