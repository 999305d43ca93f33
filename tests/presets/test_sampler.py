"""Presets with a sampler."""

import json
import shutil

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.latent.samplers import fit
from kvae.presets import deviation, from_preset, load_sampler, read_card, to_preset
from tests.contracts.models import MODELS, settle


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    """A preset of an autoencoder, which has no prior, with a sampler. Tests must not change it."""
    sampler = fit("mixture", np.random.default_rng(0).standard_normal((200, 3)) @ np.diag([1, 2, 3]))
    return to_preset(settle(MODELS["Autoencoder"]()), tmp_path_factory.mktemp("preset") / "ae", sampler=sampler)


def test_preset_holds_the_sampler_its_facts_and_its_outputs(preset):
    card, sampler = read_card(preset), load_sampler(preset)
    assert card["sampler"] == sampler.facts
    assert set(card["sha256"]) == {"config.json", "model.weights.h5", "sampler.npz"}
    assert set(card["probe"]["answers"]) == {"reconstruct", "sampler"}
    model = from_preset(preset)
    assert deviation(model, card["probe"], sampler) < 1e-6
    assert deviation(model, card["probe"], fit("normal", np.random.default_rng(1).standard_normal((50, 3)))) > 1e-3
    assert model.sample(4, seed=0, sampler=sampler).shape == (4, 8, 8, 1)


def test_preset_without_sampler_has_none(tmp_path):
    assert load_sampler(to_preset(MODELS["VAE"](), tmp_path)) is None


def test_sampler_that_the_card_does_not_name_is_not_used(preset, tmp_path):
    folder = to_preset(MODELS["Autoencoder"](), tmp_path / "new")
    shutil.copyfile(preset / "sampler.npz", folder / "sampler.npz")
    assert load_sampler(folder) is None


def test_replaced_preset_loses_its_sampler(preset, tmp_path):
    folder = shutil.copytree(preset, tmp_path / "copy")
    to_preset(MODELS["VAE"](), folder)
    assert not (folder / "sampler.npz").exists()
    assert load_sampler(folder) is None


@pytest.mark.parametrize("change", ["damaged", "missing", "linked"])
def test_load_sampler_of_a_changed_file_is_refused(preset, tmp_path, change):
    folder = shutil.copytree(preset, tmp_path / "copy")
    file = folder / "sampler.npz"
    if change == "damaged":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        file.unlink()
    if change == "linked":
        file.symlink_to(preset / "sampler.npz")
    with pytest.raises(UserError, match=r"is damaged|lacks sampler\.npz|a link to another folder"):
        load_sampler(folder)


def test_card_with_facts_of_a_wrong_type_is_refused(preset, tmp_path):
    folder = shutil.copytree(preset, tmp_path / "copy")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"sampler": {"kind": 3}}))
    with pytest.raises(UserError, match=r"Expected a whole card\.json"):
        read_card(folder)
