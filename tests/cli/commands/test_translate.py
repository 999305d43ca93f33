"""`kvae translate`: held-out examples, image files, several translations, and two domains."""

import pytest
from PIL import Image

from kvae import zoo

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
