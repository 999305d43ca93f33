"""Images of samples, which name their samplers."""

import numpy as np
from PIL import Image

from kvae.distributions import BinaryLabels
from kvae.latent.samplers import fit
from kvae.models import VAE, CondVAE
from kvae.networks import mlp
from kvae.plots.samples import sample_count, save_samples
from tests.contracts.models import MODELS, data_for, settle


def test_save_samples_draws_those_of_the_prior_and_of_the_fitted_sampler(tmp_path, monkeypatch):
    model = settle(MODELS["CondVAE, classes"]())
    x, y = data_for(model, 60)
    sampler = fit("normal", model.encode(x, y), model.encoded_labels(y))
    asked, sample = [], model.sample
    monkeypatch.setattr(
        model, "sample", lambda n, y, **given: asked.append((given["sampler"], y)) or sample(n, y, **given)
    )
    assert save_samples(tmp_path / "prior.png", model)
    assert save_samples(tmp_path / "both.png", model, sampler=sampler)
    one, both = (Image.open(tmp_path / name) for name in ("prior.png", "both.png"))
    assert (one.text["sampler"], both.text["sampler"]) == ("prior", "prior, normal")
    assert both.size == (one.width, 2 * one.height)
    assert np.array_equal(np.asarray(both)[: one.height], one)
    assert not np.array_equal(np.asarray(both)[one.height :], one)
    assert [given for given, _ in asked] == [None, None, sampler]
    assert all(np.array_equal(labels, model.labels.cycle(sample_count(model))) for _, labels in asked)


def test_save_samples_of_points_draws_a_scatter_plot(tmp_path):
    model = CondVAE(mlp(3, 4, label_units=2), mlp(4, 3), BinaryLabels(2), likelihood="normal")
    assert save_samples(tmp_path / "points.png", model)
    assert Image.open(tmp_path / "points.png").width > 1000
    assert save_samples(tmp_path / "points.png", model, np.ones((sample_count(model), 2), "uint8"))


def test_save_samples_of_points_has_a_row_for_each_sampler(tmp_path, rng):
    model = VAE(mlp(2, 4), mlp(2, 2), likelihood="normal")
    assert save_samples(tmp_path / "prior.png", model)
    assert save_samples(tmp_path / "both.png", model, sampler=fit("normal", rng.standard_normal((50, 2))))
    one, both = (Image.open(tmp_path / name) for name in ("prior.png", "both.png"))
    assert both.size == (one.width, 2 * one.height)


def test_save_samples_of_a_model_without_samplers_draws_nothing(tmp_path):
    assert not save_samples(tmp_path / "none.png", MODELS["Autoencoder"]())
    assert not (tmp_path / "none.png").exists()
