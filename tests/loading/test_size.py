"""Bounds on what a model of a stranger takes, and what its checks leave in Keras' global state."""

import keras
import numpy as np
import pytest
from keras.src.backend.common import global_state

from kvae.errors import UserError
from kvae.loading import build, check_size
from kvae.models import VAE
from tests.contracts.models import MODELS

layers = keras.layers


def _network(shape, *parts):
    x = inputs = keras.Input(shape)
    for part in parts:
        x = part(x)
    return keras.Model(inputs, x)


def _described(*parts):
    """Return the configuration of a model whose decoder ends in `parts`, which turn 8 values into 8 values."""
    model = VAE(_network((8,), layers.Dense(4)), _network((2,), layers.Dense(8), *parts))
    return keras.saving.serialize_keras_object(model)


def _layer(config, kind):
    """Return the configuration of the first layer of this class in the decoder."""
    decoder = config["config"]["decoder"]["config"]["layers"]
    return next(layer["config"] for layer in decoder if layer["class_name"] == kind)


def _state():
    return {key: str(value) for key, value in vars(global_state.GLOBAL_STATE_TRACKER).items()}


def test_check_size_leaves_nothing_in_the_global_state_of_keras():
    config = _described()
    before = _state()
    assert check_size(config, "x") >= 8 * 4 + 4 + 2 * 8 + 8
    _layer(config, "Dense")["units"] = 9
    with pytest.raises(UserError, match="data"):
        check_size(config, "x")
    assert _state() == before


@pytest.mark.parametrize("name", ["MultiEncoder, copies", "IFCVAEGAN, R1, averaged"])
def test_check_size_reads_no_weights_of_a_model_with_copies(name, monkeypatch):
    """Weights without values would be drawn, however large they are."""
    model = MODELS[name]()
    config = keras.saving.serialize_keras_object(model)
    for method in ("get_weights", "set_weights"):
        monkeypatch.setattr(keras.Model, method, lambda *_: pytest.fail("weights are read"))
    assert check_size(config, "x") == sum(np.prod(weight.shape, dtype=int) for weight in model.weights)


def test_model_that_is_refused_is_not_built_later():
    config = _described()
    _layer(config, "Dense")["units"] = 2**20
    good = _network((8,), layers.Dense(2))
    with pytest.raises(UserError):
        check_size(config, "x")
    assert not global_state.get_global_attribute("uninitialized_variables")
    weights = [v.value for v in good.trainable_variables], [v.value for v in good.non_trainable_variables]
    good.stateless_call(*weights, np.zeros((2, 8), "float32"))


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (layers.UpSampling2D, "size"),
        (layers.ZeroPadding2D, "padding"),
    ],
)
def test_small_model_that_computes_huge_images_is_refused(part, key):
    config = _described(layers.Reshape((2, 2, 2)), part(1), layers.GlobalAveragePooling2D(), layers.Dense(8))
    check_size(config, "x")
    _layer(config, part.__name__)[key] = [2**13, 2**13] if key == "size" else [[2**13, 0], [2**13, 0]]
    with pytest.raises(UserError, match=r"compute .* values for one example"):
        check_size(config, "x")


def test_normalization_of_a_huge_tensor_allocates_nothing():
    """Normalization alone computes a value of its size when it is built."""
    parts = layers.Reshape((2, 2, 2)), layers.UpSampling2D(1), layers.Flatten(), layers.Normalization()
    config = _described(*parts, layers.Reshape((2, 2, 2)), layers.GlobalAveragePooling2D(), layers.Dense(8))
    decoder = config["config"]["decoder"]["config"]["layers"]
    _layer(config, "UpSampling2D")["size"] = [2**19, 2**19]
    _layer(config, "Reshape")["target_shape"] = [2, 2, 2]
    for layer in decoder:
        layer.pop("build_config", None)
    with pytest.raises(UserError):
        check_size(config, "x")


def test_pooling_window_larger_than_any_image_is_refused():
    """Some backends pad the inputs of a layer by the size of its window."""
    part = layers.AveragePooling2D(2, padding="same")
    config = _described(layers.Reshape((2, 2, 2)), part, layers.Flatten(), layers.Dense(8))
    _layer(config, "AveragePooling2D")["pool_size"] = [2**16, 2**16]
    with pytest.raises(UserError, match="pool_size=65536"):
        build({"model": config}, "x")
