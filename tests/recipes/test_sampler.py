"""Samplers that are fitted after training."""

import logging

import numpy as np
import pytest

import kvae
from kvae import backends, zoo
from kvae.errors import ChoiceError, UserError
from kvae.recipes import sampler as recipes_sampler
from kvae.runs import Run

AUTOENCODER = '''
"""An autoencoder."""

import kvae
from kvae.zoo import Training


def data():
    return kvae.data.load("digits")


def model(dataset):
    return kvae.models.Autoencoder(kvae.networks.mlp(dataset.shape, 4), kvae.networks.mlp(4, dataset.shape))


def training():
    return Training(1, 64)
'''


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of digits/vae with one epoch. Tests must not change it."""
    return zoo.train("digits/vae", {"epochs": 1}, out=tmp_path_factory.mktemp("runs") / "run")


def test_training_fits_a_mixture_to_codes_of_training_examples(run):
    sampler, trained = run.load_sampler(), kvae.open_trained(run.path)
    assert sampler.kind == "mixture"
    assert 0.85 * len(trained.dataset.train) < sampler.codes < 0.91 * len(trained.dataset.train)
    assert trained.sample(3).facts["sampler"] == "mixture"
    assert trained.sample(3, sampler="prior").facts["sampler"] == "prior"
    np.testing.assert_array_equal(trained.sample(3).x, trained.model.sample(3, seed=0, sampler=sampler))


def test_exported_preset_has_the_sampler(run, tmp_path):
    preset = kvae.open_trained(kvae.open_trained(run.path).export(tmp_path / "preset"))
    assert preset.sampler.facts == run.load_sampler().facts
    np.testing.assert_allclose(preset.sample(3).x, kvae.open_trained(run.path).sample(3).x, atol=1e-6)


@pytest.mark.skipif(None not in backends.EXPORTS.values(), reason="Keras exports no format without another package")
def test_exported_networks_have_the_arrays_of_the_sampler(run, tmp_path):
    format = next(format for format, package in backends.EXPORTS.items() if package is None)
    folder = kvae.open_trained(run.path).export_networks(tmp_path / "networks", format)
    arrays = run.load_sampler().arrays()
    with np.load(folder / "sampler.npz") as written:
        assert set(written) == set(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(written[name], array)
            assert f"| `{name}` | {array.shape} | {array.dtype} |" in (folder / "README.md").read_text()


def test_training_whose_fit_fails_keeps_the_run(tmp_path, monkeypatch, caplog):
    def fail(*_, **__):
        raise ValueError("no density")

    monkeypatch.setattr(recipes_sampler, "fit", fail)
    with caplog.at_level(logging.WARNING):
        run = zoo.train("digits/vae", {"epochs": 1}, out=tmp_path / "run")
    assert run.finished
    assert run.load_sampler() is None
    assert "No sampler was fitted (no density). Try again: kvae fit-sampler" in caplog.text
    monkeypatch.undo()
    zoo.resume(run.path)  # fits what is missing
    assert Run(run.path).load_sampler() is not None


def test_run_that_is_trained_further_has_a_new_sampler(tmp_path):
    run = zoo.train("digits/vae", {"epochs": 1}, out=tmp_path / "run")
    first = run.load_sampler()
    run.mark_unfinished()
    assert run.load_sampler() is None
    assert not run.save_sampler(first, "0" * 64)
    again = zoo.resume(run.path, {"epochs": 2})
    assert again.load_sampler().held_out_log_prob != first.held_out_log_prob


def test_sample_of_an_autoencoder_needs_its_sampler(tmp_path):
    (tmp_path / "recipe.py").write_text(AUTOENCODER)
    trained = kvae.open_trained(zoo.train(str(tmp_path / "recipe.py"), out=tmp_path / "run").path)
    assert trained.sample(3).facts["sampler"] == "mixture"
    diversity = {name for name in trained.evaluate(first=20)["metrics"] if name.startswith("diversity")}
    assert diversity == {"diversity.mixture", "diversity_samples.mixture", "diversity_examples"}
    with pytest.raises(ChoiceError, match=r"Expected a sampler of .*: mixture\. Received: sampler=prior"):
        trained.sample(3, sampler="prior")
    (tmp_path / "run" / "sampler.npz").unlink()
    with pytest.raises(UserError, match="Expected a model with a prior, or a sampler"):
        kvae.open_trained(tmp_path / "run").sample(3)
    trained.fit_sampler("normal")
    assert kvae.open_trained(tmp_path / "run").sample(3, sampler="normal").x.shape == (3, 8, 8, 1)
