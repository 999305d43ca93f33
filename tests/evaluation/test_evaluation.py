"""Figures with known answers, and what is said of those that a model does not have."""

import json

import keras
import numpy as np
import pytest
from PIL import Image

from kvae.callbacks import SaveImages
from kvae.errors import UserError
from kvae.evaluation import METRICS, evaluate
from kvae.evaluation.collapse import collapse
from kvae.evaluation.reconstruction import reconstruction
from kvae.models import VAE, Autoencoder
from kvae.networks import mlp
from kvae.plots.curves import save_curves
from kvae.plots.grids import grid, pairs
from kvae.training import Batches
from tests.contracts.models import MODELS, batch, data_for, settle


@pytest.fixture
def grey():
    """An autoencoder that answers 0.5 to everything."""
    model = Autoencoder(mlp((8, 8, 1), 2), mlp(2, (8, 8, 1)), likelihood="bernoulli")
    for variable in model.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    return model


def test_errors_per_dimension(grey, rng):
    x = rng.random((10, 8, 8, 1)).astype("float32")
    figures = reconstruction(grey, Batches(x, batch_size=4))
    assert figures["mse"] == pytest.approx(np.square(x - 0.5).mean(), rel=1e-6)
    assert figures["mae"] == pytest.approx(np.abs(x - 0.5).mean(), rel=1e-6)
    assert abs(figures["ssim"]) < 0.05  # a constant resembles no noise


def test_a_perfect_reconstruction_has_ssim_one(grey):
    grey.reconstruct = lambda x: np.asarray(x)
    figures = reconstruction(grey, Batches(batch(4), batch_size=4))
    assert figures == {"mse": 0.0, "mae": 0.0, "ssim": pytest.approx(1.0)}


def test_points_have_no_ssim():
    model = Autoencoder(mlp(3, 1), mlp(1, 3), likelihood="normal")
    assert set(reconstruction(model, Batches(np.zeros((4, 3), "float32")))) == {"mse", "mae"}


def test_active_units_are_counted_over_all_batches():
    """Unit 0 copies x, unit 1 is constant, unit 2 copies x at a tenth: variances 0.25, 0 and 0.0025."""
    model = VAE(mlp(1, 6), mlp(3, 1), likelihood="normal")
    dense = model.encoder.layers[-1]
    dense.kernel.assign([[1.0, 0.0, 0.1, 0.0, 0.0, 0.0]])
    dense.bias.assign(np.zeros(6))
    x = np.repeat([[0.0], [1.0]], 50, axis=0).astype("float32")  # a single batch would see one value alone
    figures = collapse(model, Batches(x, batch_size=50))
    assert figures["active_units"] == 1
    np.testing.assert_allclose(figures["kl_per_unit"], [0.25, 0.0, 0.0025], atol=1e-5)


def test_evaluate_names_what_it_skips():
    report = evaluate(MODELS["Autoencoder"](), Batches(batch(6), batch_size=4))
    assert report["n"] == 6
    assert set(report["metrics"]) == {"mse", "mae", "ssim"}
    assert report["skipped"] == {
        **dict.fromkeys(("elbo", "collapse", "nll", "diversity"), "Autoencoder has no posterior and no prior"),
        "checkerboard": "it needs images of at least 16 pixels a side",
    }


def test_every_metric_of_a_vae_is_json():
    report = evaluate(MODELS["VAE"](), Batches(batch(6), batch_size=4), nll={"samples": 10})
    assert set(report["skipped"]) == {"bits_per_dim", "checkerboard"}  # grey values under a Bernoulli, small pictures
    assert {"nll", "elbo", "rate", "distortion", "mse", "active_units", "kl_per_unit"} <= set(report["metrics"])
    json.dumps(report, allow_nan=False)


def test_unknown_metric():
    with pytest.raises(UserError, match=", ".join(METRICS)):
        evaluate(MODELS["VAE"](), Batches(batch(2)), ["fid"])


def test_evaluation_repeats_by_its_seed():
    model, batches = MODELS["VAE"](), Batches(batch(6), batch_size=4)
    assert evaluate(model, batches, ["elbo"]) == evaluate(model, batches, ["elbo"])


# ------------------------------------------------------------------ labels

LABELLED = ("CondVAE, classes", "CSVAE")


def _labelled(name, n=48):
    """A model with weights of moderate size, and what it takes."""
    model = MODELS[name]()
    settle(model)
    return model, data_for(model, n)


@pytest.mark.parametrize("name", LABELLED)
def test_every_metric_of_a_labelled_model_is_json(name):
    model, data = _labelled(name)
    report = evaluate(model, Batches(*data, batch_size=20), nll={"samples": 10})
    expected = {"elbo", "rate", "distortion", "mse", "active_units", "kl_per_unit", "nll", "nll_se", "bits_per_pixel"}
    expected |= {f"{metric}.{part}" for metric in ("divergence", "leakage") for part in model.parts}
    assert expected <= set(report["metrics"])
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("name", LABELLED)
def test_the_rate_of_a_labelled_model_is_that_of_its_units(name):
    """Each against the prior that the labels give."""
    model, data = _labelled(name)
    figures = evaluate(model, Batches(*data, batch_size=20), ["elbo", "collapse"])["metrics"]
    assert len(figures["kl_per_unit"]) == model.latent_shape[-1]
    assert sum(figures["kl_per_unit"]) == pytest.approx(figures["rate"], rel=1e-4)
    assert figures["elbo"] == pytest.approx(-figures["rate"] - figures["distortion"], rel=1e-6)


@pytest.mark.parametrize("name", ["CondVAE", "CSVAE"])
def test_figures_of_a_labelled_model_depend_on_the_labels(name):
    model, (x, y) = _labelled(name)
    metrics = ("elbo", "reconstruction", "nll")
    here, there = (
        evaluate(model, Batches(x, labels), metrics, nll={"samples": 10})["metrics"] for labels in (y, 1 - y)
    )
    for figure in ("elbo", "mse", "nll"):
        assert here[figure] != there[figure]


def test_a_model_of_x_alone_is_judged_by_labels_when_asked(rng):
    report = evaluate(MODELS["VAE"](), Batches(batch(48), labels=rng.integers(0, 2, 48)), ["divergence", "leakage"])
    assert set(report["metrics"]) == {"divergence.z", "leakage.z"}


# ------------------------------------------------------------------ pictures


def test_a_grid_shows_the_pixels_it_is_given():
    images = np.stack([np.full((4, 4, 3), v) for v in (0.0, 0.5, 2.0)])
    pixels = np.asarray(grid(images, columns=2, zoom=1))
    assert pixels.shape == (10, 10, 3)
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, 6].tolist() == [128, 128, 128]
    assert pixels[6, 0].tolist() == [255, 255, 255]  # clipped, not wrapped
    assert pixels[4, 4].tolist() == [255, 255, 255]


def test_brightening_shows_faint_pixels():
    faint = np.full((1, 4, 4, 1), 0.04)
    assert np.asarray(grid(faint, zoom=1, brighten=True))[0, 0, 0] == round(0.2 * 255)


def test_pairs_put_reconstructions_under_originals():
    x, x_hat = np.zeros((3, 4, 4, 1)), np.ones((3, 4, 4, 1))
    pixels = np.asarray(pairs(x, x_hat, columns=2, zoom=1))[..., 0]
    assert [pixels[row, 0] for row in (0, 6, 12, 18)] == [0, 255, 0, 255]


def test_pictures_per_epoch(tmp_path):
    model = MODELS["VAE"]()
    model.compile("adam")
    model.fit(batch(8), epochs=3, callbacks=[SaveImages(tmp_path, (batch(4),), every=2)], verbose=0)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f"epoch-{epoch:04d}-{what}.png" for epoch in (2, 3) for what in ("reconstructions", "samples")
    ]


@pytest.mark.parametrize("name", LABELLED)
def test_pictures_of_a_labelled_model_are_those_of_its_labels(name, tmp_path):
    """Reconstructions of the examples, and 64 samples with the labels of the examples, over and over again."""
    model, (x, y) = _labelled(name, 40)
    pictures = SaveImages(tmp_path, (x, y))
    pictures.set_model(model)
    pictures.draw("now")
    samples = model.sample(64, np.concatenate([y, y[:24]]), seed=0)
    for what, sheet in {
        "samples": grid(samples, 8),
        "reconstructions": pairs(x[:32], model.reconstruct(x[:32], y[:32])),
    }.items():
        with Image.open(tmp_path / f"now-{what}.png") as drawn:
            np.testing.assert_array_equal(np.asarray(drawn), np.asarray(sheet))


@pytest.mark.parametrize("name", LABELLED)
def test_pictures_while_a_labelled_model_trains(name, tmp_path):
    model, data = _labelled(name, 8)
    model.compile("adam")
    model.fit(*data, callbacks=[SaveImages(tmp_path, [array[:3] for array in data])], verbose=0)
    assert {p.name for p in tmp_path.iterdir()} == {"epoch-0001-reconstructions.png", "epoch-0001-samples.png"}


def test_curves_of_several_runs(tmp_path):
    history = {"epoch": np.array([1, 2]), "loss": np.array([2.0, 1.0]), "val_loss": np.array([3.0, 2.0])}
    save_curves(tmp_path / "curves.png", {"a": history, "b": history})
    assert (tmp_path / "curves.png").stat().st_size > 1000


def test_tensorboard_files_hold_the_figures(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    from kvae.callbacks import TensorBoard

    model = MODELS["VAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    history = model.fit(batch(8), epochs=2, callbacks=[TensorBoard(tmp_path)], verbose=0).history
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    read = [events.Tensors("loss")[i].tensor_proto.float_val[0] for i in range(2)]
    np.testing.assert_allclose(read, history["loss"], rtol=1e-6)
