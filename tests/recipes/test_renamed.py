"""Parameters and runs of version 0.1.0: old names are refused with the new ones, and old runs are translated."""

import dataclasses
import json
import shutil

import pytest

from kvae import zoo
from kvae.errors import UserError
from kvae.recipes import renamed
from tests.conftest import ROOT

FORMER = json.loads((ROOT / "tests/fixtures/recipes/0.1.0.json").read_text(encoding="utf-8"))
"""Parameters of every recipe of version 0.1.0 with their defaults, and the training that followed from them."""

OTHER_DEFAULTS = {"folder/conv_vae": {"batch_size", "learning_rate"}}
"""Parameters whose defaults have changed since, in addition to the number of epochs."""

RUNS = ROOT / "tests/fixtures/runs/0.1.0"


def test_fixture_holds_every_recipe_of_0_1_0():
    assert len(FORMER) == 31
    assert set(FORMER) <= set(zoo.names())


@pytest.mark.parametrize("name", FORMER)
def test_former_parameters_are_accepted_or_refused_with_the_new_name(name):
    recipe = zoo.load(name)
    known = recipe.parameters()
    for parameter, default in FORMER[name]["parameters"].items():
        change = renamed.TABLE.get(name, {}).get(parameter)
        if change is None:
            recipe.resolve({parameter: default})
        else:
            assert change.new in known
            assert change.new in change.note
            assert "0.1.0" in change.note
        if parameter not in known:
            with pytest.raises(UserError, match=r"of version 0\.1\.0 is now"):
                recipe.resolve({parameter: default})


@pytest.mark.parametrize("name", renamed.TABLE)
def test_table_of_changes_names_former_parameters_only(name):
    assert set(renamed.TABLE[name]) <= set(FORMER[name]["parameters"])


@pytest.mark.parametrize("name", FORMER)
def test_translated_defaults_train_as_before(name):
    recipe = zoo.load(name)
    config = {"parameters": FORMER[name]["parameters"], "versions": {"kvae": "0.1.0"}}
    values = recipe.values_of(config)
    training = dataclasses.asdict(dataclasses.replace(recipe.training(values), optimizer=None, callbacks=()))
    assert {key: training[key] for key in FORMER[name]["training"]} == FORMER[name]["training"]
    defaults = recipe.resolve()
    for parameter, value in values.items():
        if parameter not in {"epochs"} | OTHER_DEFAULTS.get(name, set()):
            assert value == (pytest.approx(defaults[parameter]) if isinstance(value, float) else defaults[parameter])


@pytest.mark.parametrize(
    ("recipe", "settings", "expected"),
    [
        ("celeba/vae", {"model.width": 1.0}, {"model.width": 64}),
        ("celeba/csvae", {"model.prior": "learnt"}, {"model.label_prior": "learned"}),
        ("celeba/csvae", {"model.information": "entropy"}, {"model.information": "published"}),
        ("celeba/ifcvae_gan", {"model.normalized": False}, {"model.normalization": "none"}),
        ("mnist/vae", {"schedule": "published"}, {"epochs": 3280}),
        ("paintings/conv_ae", {"model.loss": "cross_entropy"}, {"model.likelihood": "bernoulli"}),
        ("paintings/vae", {"model.weight_l1": 10.0}, {"model.beta": 12.288}),
        ("paintings/vae", {"data.size": 256}, {"model.beta": 1.96608}),
        ("paintings/multi_encoder", {"model.encoder_l1": 100.0}, {"model.beta_encoder": 0.81380208}),
        ("stl10/residual_vae", {"model.kl_weight": 0.02}, {"model.beta": 0.96}),
        ("cifar10/conv_vae", {"model.latent": 64}, {"model.beta": 0.48}),
        ("swiss_roll/vae", {"model.beta_z": 4.0}, {"model.beta": 0.1}),
    ],
)
def test_translate_converts_values(recipe, settings, expected):
    values = renamed.translate(recipe, {**FORMER[recipe]["parameters"], **settings})
    for name, value in expected.items():
        assert values[name] == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    ("recipe", "setting", "match"),
    [
        ("celeba/vae", {"model.width": "0.25"}, "16 for 0.25"),
        ("celeba/vae", {"model.width": 1}, "64 for 1"),
        ("celeba/csvae", {"model.information": "entropy"}, "entropy is now published"),
        ("paintings/vae", {"model.weight_l1": 10}, r"model.weight_l1 of version 0.1.0 is now model.beta = D"),
    ],
)
def test_former_setting_is_refused_with_its_repair(recipe, setting, match):
    with pytest.raises(UserError, match=match):
        zoo.load(recipe).resolve(setting)


def test_is_old_of_a_card_depends_on_the_version_that_wrote_it():
    assert renamed.is_old({"versions": {"kvae": "0.1.0"}, "trained_with": {"kvae": "0.1.0"}})
    assert not renamed.is_old({"versions": {"kvae": "0.2.0"}, "trained_with": {"kvae": "0.1.0"}})
    assert not renamed.is_old({"versions": {"kvae": "0.2.0"}})
    assert not renamed.is_old({})


def test_card_of_a_run_of_0_1_0_is_translated_once():
    former = {"recipe": "celeba/vae", "parameters": FORMER["celeba/vae"]["parameters"], "versions": {"kvae": "0.1.0"}}
    recipe = zoo.load("celeba/vae")
    values = recipe.values_of(former)
    exported = {"parameters": values, "versions": {"kvae": "0.2.0"}, "trained_with": {"kvae": "0.1.0"}}
    assert recipe.values_of(exported) == values
    assert values["model.width"] == 16


@pytest.mark.parametrize("name", ["digits_vae", "swiss_roll_csvae"])
def test_resume_refuses_a_run_of_0_1_0(name, tmp_path):
    shutil.copytree(RUNS / name, tmp_path / "run")
    with pytest.raises(UserError, match=r"trained by kvae 0\.1\.0\. This version .* cannot resume it\."):
        zoo.resume(tmp_path / "run")


@pytest.mark.parametrize("name", ["digits_vae", "swiss_roll_csvae"])
def test_run_of_0_1_0_finds_its_data(name):
    config = json.loads((RUNS / name / "config.json").read_text(encoding="utf-8"))
    recipe = zoo.load(config["recipe"])
    dataset = recipe.data(recipe.values_of(config))
    assert dataset.fingerprint == config["data"]["fingerprint"]
