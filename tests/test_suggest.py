"""Suggestions of names that are similar to an unknown one."""

import pytest

from kvae import suggest
from kvae.errors import UserError

NAMES = ("mnist", "fashion_mnist", "celeba")


@pytest.mark.parametrize(
    ("name", "expected"), [("mnits", ["mnist"]), ("CELEBA", []), ("mnist", ["mnist", "fashion_mnist"]), ("xyz", [])]
)
def test_nearest_orders_names_by_similarity(name, expected):
    assert suggest.nearest(name, NAMES) == expected


def test_nearest_returns_at_most_n_names():
    assert suggest.nearest("mnist", NAMES, 1) == ["mnist"]


def test_nearest_of_a_number_is_empty():
    assert suggest.nearest("12", ("1", "2", "120")) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("celeb", " Did you mean celeba?"),
        ("mnists", " Did you mean mnist or fashion_mnist?"),
        ("xyz", ""),
    ],
)
def test_hint_is_a_question_or_empty(name, expected):
    assert suggest.hint(name, NAMES) == expected


def test_require_of_a_known_name_returns():
    suggest.require("name", "mnist", NAMES)


@pytest.mark.parametrize(
    ("name", "repair"), [("celeb", r"Did you mean celeba\?"), ("xyz", r"Choose one of mnist, fashion_mnist, celeba\.")]
)
def test_require_of_an_unknown_name_suggests_names(name, repair):
    with pytest.raises(UserError, match=rf"^Expected a known name\. Received: name='{name}'\. {repair}$"):
        suggest.require("name", name, NAMES)


def test_positions_follow_the_order_of_the_chosen_names():
    assert suggest.positions("names", ("celeba", "mnist"), NAMES) == [2, 0]


def test_positions_of_one_string_are_those_of_one_name():
    assert suggest.positions("names", "celeba", NAMES) == [2]


@pytest.mark.parametrize("chosen", [(), ("mnist", "mnist"), ("mnist", "celebb")])
def test_positions_of_empty_repeated_or_unknown_names_are_refused(chosen):
    with pytest.raises(UserError, match="names="):
        suggest.positions("names", chosen, NAMES)
