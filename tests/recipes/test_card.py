"""The entries of a card that come from a run and its recipe."""

import pytest

from kvae.errors import UserError
from kvae.recipes.card import card, evaluation_command, training_command
from kvae.runs import Run
from tests.fixtures import RUNS


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"elbo": -1.0, "elbo_se": 0.1, "rate": 2.0}, "--metric elbo --backend jax"),
        ({"nll": 9.0, "nll_samples": 5000}, "--metric nll --samples 5000 --backend jax"),
        (
            {"mse": 0.1, "active_units": 3, "divergence.z": 0.0},
            "--metric collapse --metric reconstruction --metric divergence",
        ),
        ({"accuracy": 0.9, "accuracy.Male": 0.9}, "--metric accuracy --backend jax"),
        ({"accuracy.transfer.Male": 0.9}, "--metric attributes --classifier CLASSIFIER --backend jax"),
        (
            {"frechet.distance.prior": 9.0, "frechet.features": "celeba/attribute_classifier", "mse": 0.1},
            "--metric reconstruction --metric frechet --features celeba/attribute_classifier --backend jax",
        ),
    ],
)
def test_evaluation_command_names_the_metrics_of_the_values(values, words):
    command = evaluation_command({"data": "folder:/a/b/test", "metrics": values}, "jax")
    assert command.startswith(f"kvae evaluate MODEL --split test {words}")


@pytest.mark.parametrize("report", [{}, {"data": "digits/test", "metrics": {}}, {"data": "x", "metrics": {"mine": 1}}])
def test_evaluation_command_without_known_metrics_is_none(report):
    assert evaluation_command(report, "jax") is None


def test_training_command_sets_only_what_differs_from_the_defaults():
    config = {
        "recipe": "digits/vae",
        "parameters": {"model.latent": 2, "model.hidden": [], "epochs": 60, "new": "a b"},
        "warm_start": "runs/my run",
        "seed": 3,
        "backend": "jax",
    }
    command = training_command(config, {"model.latent": 8, "model.hidden": (256, 128), "epochs": 60})
    assert command == (
        "kvae train digits/vae --set model.latent=2 --set model.hidden= --set 'new=a b' "
        "--warm-start 'runs/my run' --seed 3 --backend jax"
    )


def test_card_of_unfinished_run_is_refused(tmp_path):
    run = Run.create(tmp_path / "run", {"recipe": "digits/vae"})
    with pytest.raises(UserError, match=r"is not finished\. Resume it: kvae train --resume"):
        card(run)


def test_card_of_a_run_of_version_0_1_0_has_present_keys_and_parameters():
    made = card(Run(RUNS / "0.1.0" / "swiss_roll_csvae"))
    assert made["metrics_data"] == "swiss_roll/validation"
    assert made["metrics"]["elbo"] < 0
    assert made["epochs"] == 2
    assert made["trained_with"]["kvae"] == "0.1.0"
    assert made["parameters"]["model.information"] == "base_rate"
    assert made["command"].startswith(
        "kvae train swiss_roll/csvae --set data.n=200 --set model.hidden=8 --set epochs=2"
    )
