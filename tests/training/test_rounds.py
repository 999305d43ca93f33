"""Whose turn it is, and with what."""

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.training import Rounds

Y = np.array([0] * 7 + [1] * 20 + [-1] * 3)
X = np.arange(30, dtype="float32")[:, None]


def test_every_example_is_seen_in_an_epoch_and_the_small_class_again():
    rounds = Rounds(X, Y, {"few": 1, "many": 2}, batch_size=3)
    assert len(rounds) == 4  # ⌈20 / 6⌉, the large class's
    seen = {"few": [], "many": []}
    for i in range(len(rounds)):
        (batch,) = rounds[i]
        assert {name: x.shape for name, x in batch.items()} == {"few": (3, 1, 1), "many": (3, 2, 1)}
        for name, x in batch.items():
            seen[name] += x.ravel().tolist()
    assert set(seen["many"]) == set(range(7, 27))
    assert sorted(seen["few"][:7]) == list(range(7)), "a whole pass before any example comes again"
    assert len(seen["few"]) == 12


def test_the_row_goes_on_from_epoch_to_epoch_and_depends_on_nothing_else():
    rounds, again = (Rounds(X, Y, {"few": 1, "many": 1}, batch_size=4, seed=5) for _ in range(2))
    row = []
    for epoch in range(3):
        rounds.begin(epoch)
        row += [rounds[i][0]["few"].ravel() for i in range(len(rounds))]
    row = np.concatenate(row)
    assert (np.sort(row[: 7 * (len(row) // 7)].reshape(-1, 7), axis=1) == np.arange(7)).all()
    again.begin(2)
    np.testing.assert_array_equal(again[1][0]["few"], rounds[1][0]["few"])
    other = Rounds(X, Y, {"few": 1, "many": 1}, batch_size=4, seed=6)
    assert any((other[i][0]["many"] != again[i][0]["many"]).any() for i in range(3))


def test_an_example_may_stand_several_times_in_its_turn():
    rounds = Rounds(X, Y, {"few": 2, "many": 1}, batch_size=6, repeats=3)
    batch = rounds[0][0]["few"][..., 0]
    assert batch.shape == (6, 2)
    assert [len(set(turn)) for turn in batch.T.tolist()] == [2, 2]


def test_bytes_and_periods_come_along():
    x = np.arange(30, dtype="uint8")[:, None]
    rounds = Rounds(x, Y, {"few": 1, "many": 1}, batch_size=2, periods=np.where(Y == 0, -1, np.arange(30)))
    few, many = rounds[0][0]["few"], rounds[0][0]["many"]
    np.testing.assert_array_equal(few[1], [[-1], [-1]])
    assert many[0].dtype == np.uint8, "a round of floats would take four times the memory"
    np.testing.assert_array_equal(many[0][..., 0], many[1])


def test_bytes_that_stand_for_themselves_are_floats():
    x = (np.arange(30) % 2).astype("uint8")[:, None]
    batch = Rounds(x, Y, {"few": 1, "many": 1}, batch_size=20, scale=1.0)[0][0]["many"]
    assert batch.dtype == np.float32
    assert set(batch.ravel()) == {0.0, 1.0}


def test_what_cannot_be_taken_in_turns():
    with pytest.raises(UserError, match="Expected training examples of none"):
        Rounds(X, Y, {"few": 1, "many": 1, "none": 1})
    with pytest.raises(UserError, match="repeats=4"):
        Rounds(X, Y, {"few": 1, "many": 1}, batch_size=50, repeats=4)
