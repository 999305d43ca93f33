"""Docstrings of recipes: their fields, and the commands in them."""

import shlex

import pytest

from kvae import zoo
from kvae.recipes import docstring

EXAMPLE = """A VAE on digits (Someone 2020).

    It is small.

    Source: a paper,
        section 3.
    Expected: 10 digits
        ELBO
        −1
    Run:
        kvae train a/b --set model.beta=1 \\
            --set epochs=2  # both
        # a comment
        kvae evaluate runs/a/b
    """


def test_fields_of_a_docstring_end_where_the_next_begins():
    found = docstring.fields(EXAMPLE)
    assert list(found) == ["Source", "Expected", "Run"]
    assert found["Expected"] == "10 digits\n    ELBO\n    −1"


def test_description_of_a_docstring_lies_between_its_title_and_its_first_field():
    assert docstring.description(EXAMPLE) == "It is small."
    assert docstring.description("A title.\n\nSource: none.") == ""


def test_source_of_a_docstring_is_one_line():
    assert docstring.source(EXAMPLE) == "a paper, section 3."
    assert docstring.source("A title.\n\nA description.") is None
    assert docstring.source("A title.\n\nSource: none. The networks are those of another recipe.") is None


def test_commands_of_a_docstring_are_joined_and_without_comments():
    assert docstring.commands(EXAMPLE) == [
        "kvae train a/b --set model.beta=1 --set epochs=2",
        "kvae evaluate runs/a/b",
    ]


@pytest.mark.parametrize("name", zoo.names())
def test_docstring_of_recipe_has_all_fields(name):
    recipe = zoo.load(name)
    title, blank, *_ = recipe.docstring.splitlines()
    assert 20 < len(title) <= 110
    assert title.endswith(".")
    assert not blank
    found = docstring.fields(recipe.docstring)
    assert all(found.values()), f"a field of {name} is empty"
    names = [field for field in found if field not in ("Not in the source", "Chosen here")]
    assert names == ["Source", "Expected", "Cost", "Run"]
    choices = found.get("Not in the source") or found.get("Chosen here")
    if choices is not None:
        assert choices.lstrip().startswith("- ")
    assert ("Chosen here" in found) <= found["Source"].startswith("none")
    assert "\n" not in (recipe.source or "")
    assert max(map(len, recipe.docstring.splitlines())) <= 125


@pytest.mark.parametrize("name", zoo.names())
def test_commands_of_recipe_set_known_parameters(name):
    commands = docstring.commands(zoo.load(name).docstring)
    assert any(f"{command} ".startswith(f"kvae train {name} ") for command in commands)
    for command in commands:
        words = shlex.split(command)
        if words[1] == "train":
            settings = [words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "--set"]
            zoo.load(words[2]).resolve(dict(settings))
