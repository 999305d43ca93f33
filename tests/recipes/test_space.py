"""Ranges of parameters, and the texts that describe them."""

import pytest

from kvae.errors import UserError
from kvae.recipes.space import Between, OneOf, parse_space


@pytest.mark.parametrize(
    ("text", "space"),
    [
        ("0.1:10:log", Between(0.1, 10, log=True)),
        ("2:8", Between(2, 8)),
        ("8,16,32", OneOf(8, 16, 32)),
        ("deconv, nearest", OneOf("deconv", "nearest")),
    ],
)
def test_parse_space_reads_ranges_and_choices(text, space):
    assert parse_space(text) == space


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("3", "LOW:HIGH"),
        ("2:1", "low < high"),
        ("0:1:log", "above 0"),
        ("1:2:cubic", "LOW:HIGH"),
        ("a:b", "LOW"),
    ],
)
def test_parse_space_rejects_other_texts(text, match):
    with pytest.raises(UserError, match=match):
        parse_space(text)


@pytest.mark.parametrize(("values", "match"), [(("none", 3), "of one kind"), ((2, 2), "at least two")])
def test_one_of_rejects_mixed_and_equal_values(values, match):
    with pytest.raises(UserError, match=match):
        OneOf(*values)


def test_one_of_with_a_float_has_floats_only():
    assert OneOf(0.5, 1, 2).values == (0.5, 1.0, 2.0)


def test_between_of_integers_never_exceeds_its_upper_end():
    class TooHigh:
        def Int(self, name, low, high, **options):
            return high + 1  # as KerasTuner may at the upper end of a log scale

    assert Between(2, 32, log=True).ask(TooHigh(), "n", 8) == 32
