"""Bundled presets: each is complete and reproduces its reference outputs."""

import json

import pytest

from kvae import zoo
from kvae.data import licence
from kvae.presets import deviation, from_preset, load_sampler, names, read_card
from kvae.presets.upgrade import FORMAT
from kvae.weights import FOLDER

NAMES = (
    *("celeba/attribute_classifier", "celeba/attribute_classifier_sharp", "celeba/autoencoder_kl", "celeba/cond_vae"),
    *(
        "celeba/csvae",
        "celeba/dcgan_iwae",
        "celeba/dcgan_vae",
        "celeba/ifcvae_gan",
        "celeba/vae_gan",
        "cifar10/residual_vae",
        "digits/vae",
        "facades/bicycle_gan",
        "mnist/conv_vae_annealed",
    ),
    *(
        "mnist/iwae",
        "mnist/vae",
        "monet2photo/classifier",
        "monet2photo/cyclegan",
        "monet2photo/style_transfer",
        "paintings/multi_encoder",
        "swiss_roll/csvae",
    ),
)
"""Names of the presets in weights/, in order. A new preset needs a line here."""

MAX_BYTES = 85_000_000
"""Largest total size of the bundled presets, in bytes."""


def test_weights_hold_the_bundled_presets_and_nothing_else():
    assert tuple(names()) == NAMES
    files = [file for file in FOLDER.rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")]
    assert {file.parent.relative_to(FOLDER).as_posix() for file in files} == set(NAMES)
    size = sum(file.stat().st_size for file in files)
    assert size <= MAX_BYTES
    print(f"{len(NAMES)} bundled presets of {size / 1e6:.1f} MB")


@pytest.mark.parametrize("name", NAMES)
def test_bundled_preset_is_complete_and_reproduces_its_outputs(name):
    card = read_card(FOLDER / name)
    recipe = zoo.load(card["recipe"])
    assert json.loads((FOLDER / name / "card.json").read_text(encoding="utf-8"))["format"] == FORMAT
    assert card["parameters"].keys() == recipe.parameters().keys(), "its recipe has other parameters"
    assert card["metrics"]
    assert card["evaluation"].startswith("kvae evaluate MODEL ")
    assert card["command"].startswith(f"kvae train {card['recipe']} ")
    assert card["data"]["licence"]["terms"] == licence(card["data"]["name"]).terms
    model = from_preset(name)
    assert card["parameter_count"] == model.count_params()
    assert deviation(model, card["probe"], load_sampler(name)) < 1e-4
