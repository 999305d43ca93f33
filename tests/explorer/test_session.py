"""The functions behind the page of the explorer: every bundled preset without its data, and runs."""

import keras
import numpy as np
import pytest
from PIL import Image

import kvae
from kvae.capabilities import CLASSIFIER, DECODER, DOMAINS, TRANSLATION
from kvae.errors import ChoiceError, UserError
from kvae.explorer import session as sessions
from kvae.explorer.classification import ClassifierSession
from kvae.explorer.session import EXAMPLES, SPAN, LatentSession
from kvae.explorer.translation import TranslatorSession
from kvae.presets import names

ALL = keras.backend.backend() == "torch"
"""True on the backend that compiles nothing. The others take seconds for each preset, and try two of them."""

PRESETS = names() if ALL else ("digits/vae", "swiss_roll/csvae")


@pytest.fixture(autouse=True)
def few_codes(monkeypatch):
    """Maps of nine images, and one slider, so that few functions are compiled."""
    for name, value in {"SIDE": 3, "CODES": 9, "STEPS": 9, "UNITS": 1}.items():
        monkeypatch.setattr(sessions, name, value)


@pytest.fixture
def no_data(monkeypatch):
    """Make every data set fail to load."""

    def fail(*_, **__):
        raise AssertionError("a data set is loaded")

    monkeypatch.setattr(kvae.data, "load", fail)


@pytest.fixture
def photo(tmp_path, rng):
    """A file with an image in colour that is not square."""
    path = tmp_path / "me.png"
    Image.fromarray(rng.integers(0, 256, (40, 60, 3), "uint8")).save(path)
    return path


def digits():
    return LatentSession(kvae.open_trained("digits/vae"))


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_explored_without_its_data(name, no_data, photo):
    trained = kvae.open_trained(name)
    checks = {
        CLASSIFIER: lambda: check_classifier(ClassifierSession(trained), photo),
        TRANSLATION: lambda: check_translations(TranslatorSession(trained), photo),
        DECODER: lambda: check_latent_space(LatentSession(trained), photo),
    }
    shown = trained.model.capabilities & checks.keys()
    assert shown
    for capability in shown:
        checks[capability]()


def check_classifier(session, photo):
    answers = session.probabilities(session.read(photo))
    assert tuple(answers) == session.trained.label_names
    assert all(0 <= probability <= 1 for probability in answers.values())


def check_translations(session, photo):
    for domain in session.domains or (None,):
        images = [image for _, image in session.translations(photo, domain)]
        assert len(images) >= 2
        assert all(image.shape == images[0].shape and np.isfinite(image).all() for image in images)
        assert np.abs(images[1] - images[0]).max() > 1e-3


def check_latent_space(session, photo):
    code = session.drawn(seed=3)
    image = session.image(code)
    shape = image.shape
    ends = [session.image(session.moved(code, session.units[0], value)) for value in (-SPAN, SPAN)]
    assert np.abs(ends[0] - ends[1]).max() > 1e-3
    assert session.samples(9).shape == (9, *shape)
    assert session.traversal(code).shape == (1, 9, *shape)
    images, points = session.map()
    assert (images.shape, points.shape) == ((9, *shape), (9, 2))
    own = session.code(photo) if session.has_images else session.drawn(seed=4)
    between = session.interpolation(code, own)
    assert between.shape == (2, 9, *shape)
    if session.names is not None:
        other = session.names.names[0] if session.names.classes else list(session.names.names[:2])
        changed = session.relabelled(own, other)
        assert np.abs(session.image(changed) - session.image(own)).max() > 1e-3
    for part in (image, images, between, session.image(own)):
        assert np.isfinite(part).all()


def test_session_of_a_model_with_domains_encodes_the_image_with_the_encoder_of_the_label(photo):
    session = LatentSession(kvae.open_trained("paintings/multi_encoder"))
    assert DOMAINS in session.model.capabilities
    monet, manet = session.names.names[0], session.names.names[2]
    first = session.encoded(photo, monet)
    second = session.relabelled(first, manet)
    np.testing.assert_allclose(second.z, session.model.encode(first.x, np.array([2])), atol=1e-5)
    np.testing.assert_array_equal(second.x, first.x)


def test_relabelled_code_keeps_the_part_that_does_not_represent_labels():
    session = LatentSession(kvae.open_trained("swiss_roll/csvae"))
    code = session.drawn("1", seed=1)
    changed = session.relabelled(code, "0")
    z = session.model.parts["z"]
    np.testing.assert_array_equal(changed.z[..., z], code.z[..., z])
    assert changed.condition[0].tolist() == [0]


def test_drawn_code_is_a_sample_of_the_model():
    session = digits()
    expected = session.model.sample(1, seed=5, temperature=0.5)
    np.testing.assert_allclose(session.image(session.drawn(None, "prior", 0.5, 5)), expected[0], atol=1e-6)
    with pytest.raises(ChoiceError, match=r"Expected a sampler: .*prior\. Received: sampler=flow"):
        session.drawn(sampler="flow")


def test_moved_code_differs_in_one_unit_that_the_slider_shows():
    session = digits()
    code, (unit,) = session.drawn(), session.units
    moved = session.moved(code, unit, 2.5)
    assert session.values(moved) == [2.5]
    assert np.flatnonzero((moved.z != code.z).reshape(-1)).tolist() == [unit]


def test_own_image_is_encoded_and_its_code_reconstructs_it(photo):
    session = digits()
    code = session.code(photo)
    x = session.trained.read([photo])
    np.testing.assert_array_equal(code.x, x)
    np.testing.assert_allclose(session.image(code), session.model.reconstruct(x)[0], atol=1e-6)
    with pytest.raises(UserError, match="does not exist"):
        session.code(photo.with_name("nothing.png"))


def test_model_without_a_prior_is_explored_from_its_sampler_or_from_codes_of_held_out_examples(tmp_path):
    (tmp_path / "recipe.py").write_text(AUTOENCODER)
    run = kvae.zoo.train(str(tmp_path / "recipe.py"), out=tmp_path / "run")
    session = LatentSession(kvae.open_trained(run.path))
    assert session.samplers == ("mixture",)
    expected = session.model.sample_codes(1, 5, 0.5, sampler=run.load_sampler())
    np.testing.assert_allclose(session.drawn(temperature=0.5, seed=5).z, expected, rtol=1e-5)

    (run.path / "sampler.npz").unlink()
    trained = kvae.open_trained(run.path)
    session = LatentSession(trained)
    assert session.samplers == (EXAMPLES,)
    np.testing.assert_allclose(session.codes, trained.model.encode(*trained.examples(9)), atol=1e-6)
    assert np.abs(session.codes - session.drawn(seed=1).z).max(axis=1).min() < 1e-6
    assert session.samples(9).shape == (9, 8, 8, 1)


AUTOENCODER = '''
"""An autoencoder of digits."""

import kvae
from kvae.zoo import Training
from kvae.zoo.digits.vae import data


def model(dataset):
    return kvae.models.Autoencoder(kvae.networks.mlp(dataset.shape, 3), kvae.networks.mlp(3, dataset.shape))


def training():
    return Training(1, 64)
'''
