"""Permutations and held-out examples."""

import numpy as np

from kvae.data.splits import held_out, held_out_groups, permutation, random_splits, split_of, with_validation


def test_permutation_depends_on_the_seed():
    assert sorted(permutation(100, 3)) == list(range(100))
    assert (permutation(100, 3) != permutation(100, 4)).any()


def test_permutation_and_split_of_never_change():
    """Published metrics depend on these splits."""
    assert permutation(8, 0).tolist() == [5, 3, 0, 2, 4, 1, 7, 6]
    assert [split_of(f"claude-monet/{i:04}.jpg") for i in (5, 6, 12)] == ["train", "validation", "test"]


def test_held_out_has_the_exact_fraction():
    assert held_out(60_000, 0).sum() == 6_000
    assert held_out(4, 0).sum() == 0


def test_held_out_groups_are_complete_and_reach_the_fraction():
    groups = np.random.default_rng(0).integers(0, 300, 2_000)
    mask = held_out_groups(groups, seed=1)
    assert mask.sum() == 200
    assert not set(groups[mask]) & set(groups[~mask])


def test_held_out_groups_skip_a_group_above_the_fraction():
    mask = held_out_groups(np.array([7] * 19 + [8]), seed=0)
    assert mask.sum() == 1
    assert mask[19]


def test_split_of_names_gives_eighty_ten_ten_per_cent():
    splits = [split_of(f"artist/{i}.jpg") for i in range(10_000)]
    assert abs(splits.count("train") - 8_000) < 200
    assert abs(splits.count("validation") - 1_000) < 150


def test_random_splits_never_change():
    names = [f"{i}.png" for i in range(12)]
    assert [names[i] for i in np.flatnonzero(random_splits(names, 0) == "validation")] == ["9.png", "10.png"]


def test_random_splits_of_each_name_do_not_depend_on_the_others():
    names = [f"{i}.png" for i in range(1_000)]
    every = random_splits(names, 3)
    assert (random_splits(names[::2], 3) == every[::2]).all()
    assert (random_splits(names, 4) != every).any()
    assert abs(np.sum(every == "train") - 800) < 50


def test_random_splits_of_ten_or_more_names_have_no_empty_split():
    for seed in range(50):
        assert len(set(random_splits([str(i) for i in range(10)], seed))) == 3
    assert set(random_splits([str(i) for i in range(9)], 0)) == {"train"}


def test_with_validation_draws_a_tenth_of_the_training_examples_of_each_group():
    splits, groups = np.array(["train"] * 50 + ["test"] * 10), np.array([0] * 20 + [1] * 30 + [0, 1] * 5)
    drawn, notes = with_validation(splits, groups, seed=0)
    assert np.bincount(groups[drawn == "validation"]).tolist() == [2, 3]
    assert (drawn == "test").sum() == 10
    assert notes == ("There were no validation images. 5 training images were drawn for validation.",)
    assert (drawn != with_validation(splits, groups, seed=1)[0]).any()


def test_with_validation_keeps_given_examples_and_draws_none_of_a_small_group():
    given = np.array(["train"] * 50 + ["validation"])
    assert with_validation(given, np.zeros(51), seed=0) == (given, ())
    small = np.array(["train"] * 50)
    assert with_validation(small, np.arange(50) < 4, seed=0) == (small, ())
