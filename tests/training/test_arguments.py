"""The networks that a model takes as arguments."""

import keras
import pytest

from kvae.errors import UserError
from kvae.models import VAE
from kvae.networks import mlp

UNITS = 8


def _unbuilt():
    return keras.Sequential([keras.layers.Dense(4)])


class Subclassed(keras.Model):
    """A network whose shapes Keras does not know."""

    def call(self, x):
        return x


@pytest.mark.parametrize("make", [_unbuilt, Subclassed])
def test_networks_without_shapes_are_refused(make):
    with pytest.raises(UserError, match="Expected encoder to be a network with known shapes"):
        VAE(make(), mlp(2, UNITS))
    with pytest.raises(UserError, match="Expected decoder to be a network with known shapes"):
        VAE(mlp(UNITS, 4), decoder=make())


def test_sequential_networks_with_an_input_are_accepted():
    model = VAE(keras.Sequential([keras.Input((UNITS,)), keras.layers.Dense(4)]), mlp(2, UNITS))
    assert model.data_shape == (UNITS,)
