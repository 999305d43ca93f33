"""The page of models that translate images."""

import importlib.util

import keras
import numpy as np
import pytest
from PIL import Image

import kvae
from kvae.errors import UserError
from kvae.explorer import build_app, markup
from kvae.explorer.translation import TranslatorSession

RECIPE = '''
"""A model of images of noise."""

from kvae import models, networks
from kvae.zoo import Training
from tests.zoo.small import random_dataset


def data(limit: int = 0):
    return random_dataset("monet2photo/translator")


def model(dataset, shifts: bool = False):
    if shifts:
        coders = networks.mlp((16, 16, 3), 4, (4,)), networks.mlp(2, (16, 16, 3), (4,))
        return models.StyleTransferVAE(*coders, domains=dataset.label_names)
    generator = lambda: networks.mlp((16, 16, 3), (16, 16, 3), (2,), output_activation="sigmoid")
    scores = lambda: networks.mlp((16, 16, 3), 1, (2,))
    return models.CycleGAN({name: generator() for name in ("one", "two")}, {name: scores() for name in ("one", "two")})


def training():
    return Training(1, 4)
'''


def _trained(folder, **settings):
    (folder / "translator.py").write_text(RECIPE)
    return kvae.open_trained(kvae.zoo.train(str(folder / "translator.py"), settings, out=folder / "run").path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return _trained(tmp_path_factory.mktemp("translation"))


@pytest.fixture(scope="module")
def shifting(tmp_path_factory):
    """A StyleTransferVAE."""
    return _trained(tmp_path_factory.mktemp("shifts"), **{"model.shifts": True})


def test_session_returns_the_image_and_its_translations(trained, tmp_path, rng):
    Image.fromarray(rng.integers(0, 256, (16, 16, 3), "uint8")).save(tmp_path / "me.png")
    session = TranslatorSession(trained)
    assert session.domains == ("one", "two")
    (first, x), (second, translated), (third, _) = session.translations(tmp_path / "me.png", "two")
    assert (first, second, third) == ("one", "two", "one again")
    np.testing.assert_allclose(translated, trained.model.translate(x[None], 0)[0], atol=1e-6)
    assert markup.row([("one", x), ("two", translated)], 256).count("<figure") == 2


def test_session_of_a_model_with_a_strength_takes_it(shifting, tmp_path, rng):
    Image.fromarray(rng.integers(0, 256, (16, 16, 3), "uint8")).save(tmp_path / "me.png")
    session = TranslatorSession(shifting)
    assert session.has_strength
    (_, x), (_, translated), _ = session.translations(tmp_path / "me.png", "two", 0.25)
    np.testing.assert_allclose(translated, shifting.model.translate(x[None], 0, 0.25)[0], atol=1e-6)


def test_session_of_a_model_that_does_not_translate_is_refused():
    with pytest.raises(UserError, match="Expected a model that translates images"):
        TranslatorSession(kvae.open_trained("digits/vae"))


def blocks(trained, kind):
    return [block for block in build_app(trained).blocks.values() if block.get_block_name() == kind]


needs_page = pytest.mark.skipif(
    not importlib.util.find_spec("gradio") or keras.backend.backend() != "torch",
    reason='the page needs gradio: pip install "kvae-zoo[explore]", and its layout does not depend on the backend',
)


@needs_page
def test_page_of_translations_has_an_upload_and_the_domains(trained):
    (domains,) = blocks(trained, "dropdown")
    assert [name for name, _ in domains.choices] == ["one", "two"]
    assert not any(slider.visible for slider in blocks(trained, "slider"))


@needs_page
def test_page_of_a_model_that_translates_and_decodes_has_a_tab_for_each(shifting):
    tabs = [tab.label for tab in blocks(shifting, "tabitem")]
    assert {"Translation", "Latent space", "Edit"} <= set(tabs)
    assert any(slider.label == "Strength" and slider.visible for slider in blocks(shifting, "slider"))
