"""A compiled VAE."""

import keras
import pytest

from tests.contracts.models import MODELS


@pytest.fixture
def vae():
    keras.utils.set_random_seed(0)
    model = MODELS["VAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    return model
