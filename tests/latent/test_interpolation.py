"""Interpolation between images with known results."""

import numpy as np
import pytest

from kvae.latent.arithmetic import slerp
from kvae.latent.interpolation import interpolate
from tests.contracts.models import MODELS, data_for, settle
from tests.latent.test_traversal import sigmoid


def test_interpolate_returns_images_mixed_in_latent_space_and_in_pixels(copies):
    a, b = np.zeros((1, 2, 1), "float32"), np.ones((1, 2, 1), "float32")
    latent, pixels = interpolate(copies, np.stack([a, b]), [0, 0.25, 1])
    np.testing.assert_allclose(pixels[:, 0, 0, 0], [0, 0.25, 1])
    np.testing.assert_allclose(latent[:, 0, 0, 0], sigmoid([0, 0.25, 1]), rtol=1e-5)


def test_interpolate_spatial_codes_ends_at_the_reconstructions():
    model = MODELS["VAE, spatial code"]()
    settle(model)
    (x,) = data_for(model, 2)
    latent, _ = interpolate(model, x, [0, 0.5, 1])
    np.testing.assert_allclose(latent[[0, 2]], model.reconstruct(x), atol=1e-5)


@pytest.mark.parametrize("name", ["VAE", "VAE, spatial code"])
def test_interpolate_spherically_decodes_codes_on_the_arc(name):
    model = MODELS[name]()
    settle(model)
    (x,) = data_for(model, 2)
    latent, pixels = interpolate(model, x, [0, 0.5, 1], spherical=True)
    half = slerp(*model.encode(x), 0.5)
    np.testing.assert_allclose(latent[1], model.decode(half[None].astype("float32"))[0], atol=1e-5)
    np.testing.assert_allclose(pixels[1], x.mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("name", ["CondVAE", "CondVAE, classes", "CondVAE, spatial code", "CSVAE", "CSVAE, classes"])
def test_interpolate_labels_ends_at_reconstructions_and_transfers(name):
    model = MODELS[name]()
    settle(model)
    x, y = data_for(model, 2)
    latent, _ = interpolate(model, x, [0, 0.5, 1], y)
    np.testing.assert_allclose(latent[[0, 2]], model.reconstruct(x, y), atol=1e-5)
    new_y = model.labels.with_label(y, 1)
    latent, _ = interpolate(model, x, [0, 0.5, 1], y, new_y=new_y)
    np.testing.assert_allclose(latent[[0, 2]], model.transfer(x, y, new_y), atol=1e-5)
