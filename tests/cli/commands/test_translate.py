"""`kvae translate`: held-out examples, image files, several translations, and two domains."""

import numpy as np
import pytest
from PIL import Image

from kvae import open_trained, presets, zoo

RECIPE = '''
"""A {model} of images of noise."""

import kvae
from kvae import models, networks
from kvae.zoo import Training
from tests.zoo.small import random_dataset


def data(limit: int = 0):
    return random_dataset("{data}/{model}")


def model(dataset):
    net = lambda channels=3: networks.mlp((16, 16, channels), (16, 16, 3), (2,), output_activation="sigmoid")
    scores = lambda channels=3: networks.mlp((16, 16, channels), 1, (2,))
    {built}


def training(epochs: int = 1):
    return Training(epochs, 4)
'''


def _train(folder, model, data, built):
    folder.mkdir(exist_ok=True)
    (folder / f"{model}.py").write_text(RECIPE.format(model=model, data=data, built=built))
    return zoo.train(str(folder / f"{model}.py"), out=folder / model).path


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """A run of a BicycleGAN."""
    built = (
        "generator = networks.mlp((16, 16, 3), (16, 16, 3), (2,), output_activation='sigmoid', label_units=2)\n"
        "    return models.BicycleGAN(generator, networks.mlp((16, 16, 3), 4), scores(), scores())"
    )
    return _train(tmp_path_factory.mktemp("pairs"), "BicycleGAN", "facades", built)


@pytest.fixture(scope="module")
def domains(tmp_path_factory):
    """A run of a CycleGAN with the domains one and two."""
    built = (
        "return models.CycleGAN({k: net() for k in ('one', 'two')}, {k: scores() for k in ('one', 'two')}, pool_size=4)"
    )
    return _train(tmp_path_factory.mktemp("domains"), "CycleGAN", "monet2photo", built)


@pytest.fixture(scope="module")
def shifted(tmp_path_factory):
    """A run of a StyleTransferVAE with the domains one and two."""
    built = (
        "coders = networks.mlp((16, 16, 3), 4, (4,)), networks.mlp(2, (16, 16, 3), (4,))\n"
        "    return models.StyleTransferVAE(*coders, net(), domains=dataset.label_names)"
    )
    return _train(tmp_path_factory.mktemp("shifted"), "StyleTransferVAE", "monet2photo", built)


def test_translate_shows_each_image_its_translations_and_its_target(kvae, pairs, tmp_path):
    result = kvae("translate", pairs, "-n", 3, "--count", 2, "--out", "sheet.png", "--scale", 1)
    assert result.code == 0, result.err
    assert result.out == "2 images: sheet.png\n"
    assert Image.open(tmp_path / "sheet.png").width > 5 * 16


def test_translate_reads_files_and_chooses_the_domain(kvae, domains, tmp_path, rng):
    Image.fromarray(rng.integers(0, 256, (16, 20, 3), "uint8")).save(tmp_path / "one.png")
    result = kvae("translate", domains, "one.png", "--to", "two", "--out", "sheet.png")
    assert result.code == 0, result.err
    result = kvae("translate", domains, "--to", "three", "--out", "no.png")
    assert result.err == f"Error: Expected a domain of {domains}: one, two. Received: to=three.\n"
    assert kvae("translate", domains, "-n", 2, "--out", "no.png").code != 0


def test_translate_shows_several_strengths(kvae, shifted, tmp_path):
    strengths = ("--strength", 0, "--strength", 0.5, "--strength", 2)
    result = kvae("translate", shifted, "--to", "two", *strengths, "--out", "sheet.png", "--scale", 1)
    assert result.code == 0, result.err
    assert Image.open(tmp_path / "sheet.png").width > 5 * 16
    trained = open_trained(shifted)
    sheet = trained.translate(to="two", strength=[0, 0.5, 2])
    assert sheet.columns == ("one", "two, 0", "two, 0.5", "two, 2", "one again")
    (x,), model = trained.examples(1), trained.model
    np.testing.assert_allclose(sheet.images[0, 1:4], [model.translate(x, 0, s)[0] for s in (0, 0.5, 2)], atol=1e-5)
    np.testing.assert_allclose(sheet.images[0, 4], model.translate_back(x, 0, 2)[0], atol=1e-5)


def test_translate_with_a_strength_is_refused_for_a_model_without_one(kvae, domains):
    result = kvae("translate", domains, "--strength", 0.5, "--out", "no.png")
    assert "Expected no strength, because CycleGAN translates completely. Received: strength=[0.5]" in result.err
    assert kvae("translate", domains, "--strength", -1, "--out", "no.png").code == 2


def test_preset_of_a_style_transfer_translates_as_its_run_does(kvae, shifted, tmp_path, rng):
    assert kvae("export", shifted, "preset").code == 0
    x = rng.random((3, 16, 16, 3), "float32")
    preset, run = (open_trained(place).model for place in (tmp_path / "preset", shifted))
    np.testing.assert_array_equal(preset.translate(x, 0, 0.5), run.translate(x, 0, 0.5))
    card = presets.read_card(tmp_path / "preset")
    assert set(card["probe"]["answers"]) == {"translate"}
    assert presets.deviation(preset, card["probe"]) < 1e-5
    Image.fromarray(rng.integers(0, 256, (16, 20, 3), "uint8")).save(tmp_path / "one.png")
    assert kvae("translate", "preset", "one.png", "--out", "sheet.png").code == 0


def test_training_saves_translations_of_a_style_transfer_and_its_reconstructions(shifted):
    saved = {path.name for path in (shifted / "images").iterdir()}
    assert {"epoch-0001-translations.png", "epoch-0001-reconstructions.png"} <= saved
    assert "translation.cycle" in open_trained(shifted).source.metrics["metrics"]
