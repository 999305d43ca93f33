"""The order of an epoch is a function of the seed and the epoch alone."""

import numpy as np

from kvae.training.batches import Batches


def _rows(batches):
    return [int(v) for i in range(len(batches)) for v in batches[i][0][:, 0]]


def test_every_example_once_per_epoch_in_an_order_of_its_own():
    batches = Batches(np.arange(10, dtype="float32")[:, None], batch_size=4, seed=1)
    assert len(batches) == 3
    first = _rows(batches)
    batches.begin(1)
    second = _rows(batches)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    again = Batches(np.arange(10, dtype="float32")[:, None], batch_size=4, seed=1)
    again.begin(1)
    assert _rows(again) == second


def test_bytes_become_unit_floats_and_labels_follow():
    x = np.array([[0], [51], [255]], "uint8")
    batches = Batches(x, np.array([5, 6, 7]), batch_size=2)
    got_x, got_y = batches[0]
    assert got_x.dtype == np.float32
    np.testing.assert_allclose(got_x[:, 0], [0, 0.2])
    assert got_y.tolist() == [5, 6]
    assert batches[1][0].shape == (1, 1)


def test_binary_bytes_stand_for_themselves():
    batches = Batches(np.array([[0], [1]], "uint8"), batch_size=2, scale=1)
    assert batches[0][0][:, 0].tolist() == [0.0, 1.0]


def test_random_transforms_repeat_by_seed_epoch_and_batch():
    def noise(x, rng):
        return x + rng.random(x.shape).astype("float32")

    def values(seed, epoch):
        batches = Batches(np.zeros((6, 2), "float32"), batch_size=3, seed=seed, transform=noise)
        batches.begin(epoch)
        return np.concatenate([batches[i][0] for i in range(2)])

    np.testing.assert_array_equal(values(0, 2), values(0, 2))
    assert not np.array_equal(values(0, 2), values(0, 3))
    assert not np.array_equal(values(0, 2)[:3], values(0, 2)[3:])
