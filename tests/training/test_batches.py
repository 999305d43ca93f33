"""Order and random transforms of batches, which depend only on the seed and the epoch."""

import numpy as np
import pytest

from kvae.callbacks import InOrder
from kvae.data import Jitter, binarize
from kvae.training.batches import Batches


def _rows(batches):
    return [int(v) for i in range(len(batches)) for v in batches[i][0][:, 0]]


def test_batches_with_seed_hold_each_example_once_in_a_new_order_each_epoch():
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


def test_batches_of_few_examples_pass_through_them_until_min_steps():
    x = np.arange(10, dtype="float32")[:, None]
    batches = Batches(x, batch_size=4, seed=1, min_steps=7)
    rows = _rows(batches)
    assert len(batches) == 8  # three passes
    assert [sorted(rows[k : k + 10]) for k in (0, 10, 20)] == [list(range(10))] * 3
    assert rows[:10] == _rows(Batches(x, batch_size=4, seed=1)) != rows[10:20]
    assert _rows(Batches(x, batch_size=4, min_steps=4)) == 2 * list(range(10))


@pytest.mark.parametrize("n", [1, 5, 39, 40, 41, 200])
def test_batches_make_as_few_passes_as_min_steps_needs(n):
    batches = Batches(np.zeros((n, 1)), batch_size=4, min_steps=10)
    assert len(batches) >= 10
    assert len(batches.order) - n <= 9 * 4
    assert len(Batches(np.zeros((n, 1)), batch_size=64)) == -(-n // 64)


def test_batches_scale_bytes_and_keep_labels_with_examples():
    x = np.array([[0], [51], [255]], "uint8")
    batches = Batches(x, np.array([5, 6, 7]), batch_size=2)
    got_x, got_y = batches[0]
    assert got_x.dtype == np.float32
    np.testing.assert_allclose(got_x[:, 0], [0, 0.2])
    assert got_y.tolist() == [5, 6]
    assert batches[1][0].shape == (1, 1)


def test_batches_with_scale_1_keep_values_of_bytes():
    batches = Batches(np.array([[0], [1]], "uint8"), batch_size=2, scale=1)
    assert batches[0][0][:, 0].tolist() == [0.0, 1.0]


def test_transform_depends_on_seed_epoch_and_batch_only():
    def noise(x, rng):
        return x + rng.random(x.shape).astype("float32")

    def values(seed, epoch):
        batches = Batches(np.zeros((6, 2), "float32"), batch_size=3, seed=seed, transform=noise)
        batches.begin(epoch)
        return np.concatenate([batches[i][0] for i in range(2)])

    np.testing.assert_array_equal(values(0, 2), values(0, 2))
    assert not np.array_equal(values(0, 2), values(0, 3))
    assert not np.array_equal(values(0, 2)[:3], values(0, 2)[3:])


@pytest.fixture
def grey(rng):
    return rng.integers(0, 256, (23, 4, 4, 1)).astype("uint8")


def _pass(batches, order=None):
    """Return all examples of one pass, loading batches in the given order."""
    parts = {i: batches[i][0] for i in order or range(len(batches))}
    return np.concatenate([parts[i] for i in range(len(batches))])


def test_transform_without_seed_is_the_same_in_every_pass(grey):
    batches = Batches(grey, batch_size=5, transform=binarize)
    first = _pass(batches)
    assert set(np.unique(first)) == {0, 1}
    batches.begin(7)
    np.testing.assert_array_equal(_pass(batches), first)
    np.testing.assert_array_equal(_pass(batches, [4, 2, 0, 3, 1]), first)


@pytest.mark.parametrize("size", [1, 4, 23, 100])
def test_transform_without_seed_does_not_depend_on_the_batch_size(grey, size):
    expected = _pass(Batches(grey, batch_size=5, transform=binarize))
    np.testing.assert_array_equal(_pass(Batches(grey, batch_size=size, transform=binarize)), expected)


def test_transform_without_seed_differs_between_examples():
    x = _pass(Batches(np.full((200, 4, 4, 1), 0.5, "float32"), batch_size=64, transform=binarize))
    assert len(np.unique(x, axis=0)) > 190  # of 65,536 possible ones
    assert x.mean() == pytest.approx(0.5, abs=0.03)


def test_transform_with_seed_differs_between_epochs(grey):
    """Examples are compared in the order of the array, so that a difference comes from the transform."""

    def transformed(seed, epoch):
        batches = Batches(grey, batch_size=5, seed=seed, transform=binarize)
        batches.begin(epoch)
        x = np.empty(grey.shape, "float32")
        x[batches.order] = _pass(batches)
        return x

    np.testing.assert_array_equal(transformed(1, 2), transformed(1, 2))
    for seed, epoch in ((1, 3), (2, 2)):
        assert not np.array_equal(transformed(1, 2), transformed(seed, epoch))
    mean = np.mean([transformed(1, epoch) for epoch in range(300)], axis=0)
    np.testing.assert_allclose(mean, grey / 255, atol=0.15)  # five standard deviations


def test_transform_gets_floats_and_cannot_change_the_data(grey):
    def check(x, rng):
        assert x.dtype == np.float32
        assert x.max() <= 1
        x[...] = 0
        return x

    for x in (grey, (grey / 255).astype("float32")):
        before = x.copy()
        for seed in (None, 0):
            assert not _pass(Batches(x, batch_size=5, seed=seed, transform=check)).any()
        np.testing.assert_array_equal(x, before)


def test_batches_with_labels_only_leave_them_out_of_each_batch():
    x, y = np.zeros((5, 2), "float32"), np.arange(5)
    hidden, shown = Batches(x, labels=y, batch_size=2), Batches(x, y, batch_size=2)
    assert [len(batches[0]) for batches in (hidden, shown)] == [1, 2]
    for batches in (hidden, shown):
        np.testing.assert_array_equal(batches.labels, y)
    assert Batches(x).labels is None


def test_batches_with_transform_keep_labels_with_examples():
    y = np.arange(20)
    batches = Batches((y[:, None] / 20).astype("float32"), y, batch_size=6, seed=3, transform=lambda x, rng: x * 20)
    for epoch in (0, 1):
        batches.begin(epoch)
        for i in range(len(batches)):
            x, labels = batches[i]
            np.testing.assert_allclose(x[:, 0], labels, rtol=1e-6)


def test_in_order_sets_the_epoch_of_batches(grey):
    batches, other = (Batches(grey, batch_size=5, seed=1) for _ in range(2))
    callback = InOrder(batches)
    for epoch in (0, 1, 2, 1):
        callback.on_epoch_begin(epoch)
        other.begin(epoch)
        np.testing.assert_array_equal(_pass(batches), _pass(other))
        assert batches.epoch == epoch


@pytest.mark.parametrize("seed", [None, 3])
def test_batches_with_images_as_y_treat_them_as_x(grey, seed):
    batches = Batches(grey, 255 - grey, batch_size=5, seed=seed)
    for x, y in (batches[i] for i in range(len(batches))):
        assert y.dtype == np.float32
        np.testing.assert_allclose(y, 1 - x, atol=1e-6)
    assert batches.labels is None
    assert Batches(grey, labels=grey).labels is None


@pytest.mark.parametrize("seed", [None, 3])
def test_transform_of_a_pair_has_the_same_random_numbers(grey, seed):
    batches = Batches(grey, grey, batch_size=5, seed=seed, transform=Jitter())
    plain = Batches(grey, grey, batch_size=5, seed=seed)
    batches.begin(4)
    plain.begin(4)
    for i in range(len(batches)):
        x, y = batches[i]
        np.testing.assert_array_equal(x, y)
        assert (x != plain[i][0]).any()


def test_transform_of_a_pair_depends_on_seed_and_epoch_only(grey):
    def epoch(number, seed=3):
        batches = Batches(grey, 255 - grey, batch_size=5, seed=seed, transform=Jitter())
        batches.begin(number)
        return np.concatenate([np.concatenate(batches[i], axis=-1) for i in range(len(batches))])

    np.testing.assert_array_equal(epoch(7), epoch(7))
    assert (epoch(7) != epoch(8)).any()
    assert (epoch(7) != epoch(7, seed=4)).any()
