"""Content of rounds, and models that train on them."""

import numpy as np
import pytest
from keras import ops

from kvae.backends import Shard
from kvae.data import Jitter
from kvae.errors import UserError
from kvae.training import Rounds
from kvae.training.rounds import check_round, turn_of

Y = np.array([0] * 7 + [1] * 20 + [-1] * 3)
X = np.arange(30, dtype="float32")[:, None]


def test_rounds_of_an_epoch_hold_every_example_and_repeat_those_of_small_domains():
    rounds = Rounds(X, Y, {"few": 1, "many": 2}, batch_size=3)
    assert len(rounds) == 4  # ⌈20 / 6⌉, of the large domain
    seen = {"few": [], "many": []}
    for i in range(len(rounds)):
        (batch,) = rounds[i]
        assert {name: x.shape for name, x in batch.items()} == {"few": (3, 1, 1), "many": (3, 2, 1)}
        for name, x in batch.items():
            seen[name] += x.ravel().tolist()
    assert set(seen["many"]) == set(range(7, 27))
    assert sorted(seen["few"][:7]) == list(range(7)), "no example is repeated before the end of a pass"
    assert len(seen["few"]) == 12


def test_rounds_of_few_examples_are_repeated_until_min_steps():
    assert len(Rounds(X, Y, {"few": 1, "many": 2}, batch_size=3, min_steps=9)) == 9
    assert len(Rounds(X, Y, {"few": 1, "many": 2}, batch_size=3, min_steps=2)) == 4
    assert len(Rounds(X[:7], Y[:7], {"few": 1}, batch_size=3, min_steps=2)) == 3


def test_rounds_continue_across_epochs_and_depend_on_seed_and_epoch_only():
    rounds, again = (Rounds(X, Y, {"few": 1, "many": 1}, batch_size=4, seed=5) for _ in range(2))
    order = []
    for epoch in range(3):
        rounds.begin(epoch)
        order += [rounds[i][0]["few"].ravel() for i in range(len(rounds))]
    order = np.concatenate(order)
    assert (np.sort(order[: 7 * (len(order) // 7)].reshape(-1, 7), axis=1) == np.arange(7)).all()
    again.begin(2)
    np.testing.assert_array_equal(again[1][0]["few"], rounds[1][0]["few"])
    other = Rounds(X, Y, {"few": 1, "many": 1}, batch_size=4, seed=6)
    assert any((other[i][0]["many"] != again[i][0]["many"]).any() for i in range(3))


def test_rounds_with_repeats_hold_examples_several_times():
    rounds = Rounds(X, Y, {"few": 2, "many": 1}, batch_size=6, repeats=3)
    batch = rounds[0][0]["few"][..., 0]
    assert batch.shape == (6, 2)
    assert [len(set(turn)) for turn in batch.T.tolist()] == [2, 2]


def test_rounds_keep_bytes_and_hold_periods():
    x = np.arange(30, dtype="uint8")[:, None]
    rounds = Rounds(x, Y, {"few": 1, "many": 1}, batch_size=2, periods=np.where(Y == 0, -1, np.arange(30)))
    few, many = rounds[0][0]["few"], rounds[0][0]["many"]
    np.testing.assert_array_equal(few[1], [[-1], [-1]])
    assert many[0].dtype == np.uint8, "a round of floats would take four times the memory"
    np.testing.assert_array_equal(many[0][..., 0], many[1])


def test_rounds_with_scale_1_hold_floats():
    x = (np.arange(30) % 2).astype("uint8")[:, None]
    batch = Rounds(x, Y, {"few": 1, "many": 1}, batch_size=20, scale=1.0)[0][0]["many"]
    assert batch.dtype == np.float32
    assert set(batch.ravel()) == {0.0, 1.0}


def test_rounds_reject_empty_domains_and_indivisible_batches():
    with pytest.raises(UserError, match="Expected training examples of none"):
        Rounds(X, Y, {"few": 1, "many": 1, "none": 1})
    with pytest.raises(UserError, match="repeats=4"):
        Rounds(X, Y, {"few": 1, "many": 1}, batch_size=50, repeats=4)


def test_turn_of_picks_one_turn_and_scales_bytes():
    x = np.arange(12, dtype="uint8").reshape(3, 2, 2)  # (B, turns, D)
    batch = {"few": ops.convert_to_tensor(x), "many": (ops.convert_to_tensor(x), ops.convert_to_tensor(x[..., 0]))}
    (turn,) = turn_of("few", 1)(batch)
    np.testing.assert_allclose(ops.convert_to_numpy(turn), x[:, 1] / 255, rtol=1e-6)
    turn, period = turn_of("many", 0)(batch)
    np.testing.assert_allclose(ops.convert_to_numpy(turn), x[:, 0] / 255, rtol=1e-6)
    np.testing.assert_array_equal(ops.convert_to_numpy(period), x[:, 0, 0])


def test_check_round_returns_examples_of_each_domain_as_floats():
    x = np.full((3, 2, 4), 255, "uint8")
    examples = check_round({"two": x, "one": x[:, :1]}, ("one", "two"), {"one": 1, "two": 2})
    assert {domain: array.shape for domain, array in examples.items()} == {"one": (3, 4), "two": (6, 4)}
    assert list(examples) == ["one", "two"]
    assert examples["two"].max() == 1


@pytest.mark.parametrize(
    ("batch", "with_periods", "message"),
    [
        ({"one": np.zeros((3, 1, 4))}, False, r"rounds of one, two\. Received: rounds of one\."),
        ({"one": np.zeros((3, 1, 4)), "two": np.zeros((3, 1, 4))}, False, "2 turns of two. Received: 1"),
        ({"one": np.zeros((3, 1, 4)), "two": np.zeros((3, 2, 4))}, True, "Expected rounds with periods"),
    ],
    ids=["domains", "turns", "periods"],
)
def test_check_round_of_other_rounds_raises(batch, with_periods, message):
    with pytest.raises(UserError, match=message):
        check_round(batch, ("one", "two"), {"one": 1, "two": 2}, with_periods)


def _images():
    return np.random.default_rng(0).integers(0, 256, (30, 6, 6, 3), "uint8")


def test_rounds_with_a_transform_depend_on_seed_and_epoch_only():
    def rounds(epoch, seed=5, **options):
        made = Rounds(_images(), Y, {"few": 1, "many": 2}, batch_size=3, seed=seed, transform=Jitter(), **options)
        made.begin(epoch)
        return [made[i][0] for i in range(len(made))]

    batch = rounds(2)[1]
    assert batch["many"].shape == (3, 2, 6, 6, 3)
    assert batch["many"].dtype == np.float32
    assert batch["many"].max() <= 1
    for name in batch:
        np.testing.assert_array_equal(batch[name], rounds(2)[1][name])
        assert (batch[name] != rounds(3)[1][name]).any()
        assert (batch[name] != rounds(2, seed=6)[1][name]).any()


def test_rounds_with_a_transform_hold_the_transformed_examples_of_those_without():
    options = {"batch_size": 3, "seed": 5, "periods": np.arange(30)}
    plain = Rounds(_images(), Y, {"few": 1, "many": 2}, **options)
    negative = Rounds(_images(), Y, {"few": 1, "many": 2}, transform=lambda x, rng: 1 - x, **options)
    for domain in ("few", "many"):
        (x, period), (y, same) = plain[3][0][domain], negative[3][0][domain]
        np.testing.assert_allclose(y, 1 - x / np.float32(255), atol=1e-6)
        np.testing.assert_array_equal(period, same)


def test_shards_of_a_round_share_the_transform_of_the_whole():
    options = {"batch_size": 4, "seed": 5, "transform": Jitter()}
    whole = Rounds(_images(), Y, {"few": 1, "many": 2}, **options)
    parts = [Rounds(_images(), Y, {"few": 1, "many": 2}, shard=Shard(2, part, 2), **options) for part in range(2)]
    for domain in ("few", "many"):
        together = np.concatenate([part[1][0][domain] for part in parts])
        np.testing.assert_array_equal(together, whole[1][0][domain])
