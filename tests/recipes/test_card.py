"""What a card says of any recipe, and of any figure."""

import pytest

from kvae import zoo
from kvae.recipes.card import _evaluation, _source


@pytest.mark.parametrize("name", zoo.names())
def test_every_recipe_states_its_source(name):
    source = _source(zoo.load(name).docstring)
    assert source
    assert "\n" not in source
    assert not {"Expected", "Command:", "Cost:"} & set(source.split())


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"elbo": -1.0, "elbo_se": 0.1, "rate": 2.0}, "--metric elbo --backend jax"),
        ({"nll": 9.0, "nll_samples": 5000}, "--metric nll --samples 5000 --backend jax"),
        (
            {"mse": 0.1, "active_units": 3, "divergence.z": 0.0},
            "--metric collapse --metric reconstruction --metric divergence",
        ),
        ({"accuracy": 0.9, "accuracy.Male": 0.9}, "--metric accuracy --backend jax"),
        ({"accuracy.transfer.Male": 0.9}, "--metric attributes --judge CLASSIFIER --backend jax"),
    ],
)
def test_the_command_that_repeats_figures(figures, words):
    command = _evaluation({"data": "folder:/a/b/test", "metrics": figures}, "jax")
    assert command.startswith(f"kvae evaluate MODEL --split test {words}")


@pytest.mark.parametrize("metrics", [{}, {"data": "digits/test", "metrics": {}}, {"data": "x", "metrics": {"mine": 1}}])
def test_figures_that_no_command_repeats(metrics):
    assert _evaluation(metrics, "jax") is None
