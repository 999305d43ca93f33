"""Errors of reconstructions that are known."""

import numpy as np
import pytest

from kvae.evaluation.reconstruction import reconstruction
from kvae.models import Autoencoder
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import batch


@pytest.fixture
def grey():
    """Return an autoencoder whose reconstruction of every image is 0.5."""
    model = Autoencoder(mlp((8, 8, 1), 2), mlp(2, (8, 8, 1)), likelihood="bernoulli")
    for variable in model.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    return model


def test_reconstruction_errors_are_per_dimension(grey, rng):
    x = rng.random((10, 8, 8, 1)).astype("float32")
    values = reconstruction(grey, Batches(x, batch_size=4))
    assert values["mse"] == pytest.approx(np.square(x - 0.5).mean(), rel=1e-6)
    assert values["mae"] == pytest.approx(np.abs(x - 0.5).mean(), rel=1e-6)
    assert abs(values["ssim"]) < 0.05, "a constant image is not similar to noise"


def test_reconstruction_perfect_has_ssim_one(grey):
    grey.reconstruct = lambda x: np.asarray(x)
    values = reconstruction(grey, Batches(batch(4), batch_size=4))
    assert values == {"mse": 0.0, "mae": 0.0, "ssim": pytest.approx(1.0)}


def test_reconstruction_points_have_no_ssim():
    model = Autoencoder(mlp(3, 1), mlp(1, 3), likelihood="normal")
    assert set(reconstruction(model, Batches(np.zeros((4, 3), "float32")))) == {"mse", "mae"}
