"""A model whose latent codes are known."""

import numpy as np
import pytest

from kvae.models import Autoencoder
from kvae.networks import mlp


@pytest.fixture
def copies():
    """An autoencoder of images of 1×2×1. Its latent code is the image, and its decoder is the sigmoid."""
    model = Autoencoder(mlp((1, 2, 1), 2), mlp(2, (1, 2, 1)), likelihood="bernoulli")
    model.encoder.layers[-1].kernel.assign(np.eye(2))
    model.decoder.layers[-2].kernel.assign(np.eye(2))
    return model
