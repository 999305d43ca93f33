"""The presets that come along: each is whole, says what it is, and answers here as it did where it was saved."""

from pathlib import Path

import pytest

from kvae import weights, zoo
from kvae.data import licence
from kvae.presets import deviation, from_preset, names, read_card

SHIPPED = (
    *("celeba/attribute_classifier", "celeba/cond_vae", "celeba/csvae", "celeba/dcgan_iwae", "celeba/dcgan_vae"),
    *("celeba/ifcvae_gan", "celeba/vae_gan", "cifar10/residual_vae", "digits/vae", "mnist/conv_vae_annealed"),
    *("mnist/iwae", "mnist/vae", "paintings/multi_encoder", "swiss_roll/csvae"),
)
"""What is in weights/, in order; a preset enters by its line here."""

ROOT = Path(weights.__file__).parent

MOST = 80_000_000
"""Bytes of all of them."""


def test_all_that_should_come_along_do():
    assert tuple(names()) == SHIPPED
    files = [file for file in ROOT.rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")]
    assert {file.parent.relative_to(ROOT).as_posix() for file in files} == set(SHIPPED)
    size = sum(file.stat().st_size for file in files)
    assert size <= MOST
    print(f"{len(SHIPPED)} presets come along, of {size / 1e6:.1f} MB")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_preset_that_comes_along(name):
    card = read_card(ROOT / name)
    recipe = zoo.load(card["recipe"])
    assert card["parameters"].keys() == recipe.parameters().keys(), "trained by a recipe that is no more"
    assert card["metrics"]
    assert card["evaluation"].startswith("kvae evaluate MODEL ")
    assert card["command"].startswith(f"kvae train {card['recipe']} ")
    assert card["data"]["licence"]["terms"] == licence(card["data"]["name"]).terms
    model = from_preset(name)  # refused, unless the files are those that the card was written for
    assert card["parameter_count"] == model.count_params()
    assert deviation(model, card["probe"]) < 1e-4
