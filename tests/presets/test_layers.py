"""Presets of networks with every kind of layer of Keras: what is written can be read."""

import keras
import numpy as np
import pytest

import kvae
from kvae.errors import UserError

layers = keras.layers

IMAGES = {
    "depthwise and separable": [layers.DepthwiseConv2D(3), layers.SeparableConv2D(2, 2)],
    "pooling": [layers.AdaptiveAveragePooling2D(2), layers.GlobalMaxPooling2D()],
    "resizing": [layers.Resizing(6, 6), layers.CenterCrop(4, 4), layers.RandomRotation(0.1), layers.UpSampling2D(2)],
    "noise": [layers.GaussianNoise(0.1), layers.SpatialDropout2D(0.1), layers.AlphaDropout(0.1)],
    "three dimensions": [layers.Reshape((4, 4, 1, 1)), layers.Conv3D(2, 1), layers.MaxPooling3D((2, 2, 1))],
}
VECTORS = {
    "activations": [layers.ELU(), layers.PReLU(), layers.Softmax(), layers.Activation("gelu")],
    "normalisation": [
        layers.RMSNormalization(),
        layers.UnitNormalization(),
        layers.Normalization(mean=[0.5], variance=[2.0]),
        layers.SpectralNormalization(layers.Dense(8)),
    ],
    "sequences": [
        layers.RepeatVector(3),
        layers.Conv1D(4, 2),
        layers.Permute((2, 1)),
        layers.TimeDistributed(layers.Dense(2)),
    ],
    "regularisers and constraints": [
        layers.Dense(
            4,
            kernel_regularizer="l2",
            bias_regularizer=keras.regularizers.L1L2(1e-3, 1e-4),
            kernel_constraint="max_norm",
            bias_constraint="non_neg",
        ),
        layers.ActivityRegularization(1e-3),
    ],
    "initialisers": [
        layers.Dense(8, kernel_initializer="orthogonal", bias_initializer="ones"),
        layers.Dense(8, kernel_initializer="lecun_normal"),
        layers.Dense(8, kernel_initializer="identity"),
    ],
    "merging": [lambda x: layers.Multiply()([x, layers.Average()([x, x])]), lambda x: layers.Dot(1)([x, x])],
    "operations": [lambda x: keras.ops.tanh(2 * x) - x / 3 + keras.ops.exp(-x)],
    "sequential": [keras.Sequential([keras.Input((8,)), layers.Dense(4)])],
}


def _model(*parts, image=False):
    x = inputs = keras.Input((8,))
    x = layers.Reshape((4, 4, 1))(layers.Dense(16)(x)) if image else x
    for part in parts:
        x = part(x)
    encoder = keras.Model(inputs, layers.Dense(4)(layers.Flatten()(x)))
    return kvae.models.VAE(encoder, keras.Sequential([keras.Input((2,)), layers.Dense(8)]))


@pytest.mark.parametrize("kind", [*IMAGES, *VECTORS])
def test_preset_with_layers_of_keras_can_be_read(kind, tmp_path, rng):
    model = _model(*(IMAGES | VECTORS)[kind], image=kind in IMAGES)
    x = rng.random((4, 8)).astype("float32")
    loaded = kvae.from_preset(kvae.to_preset(model, tmp_path / "preset"))
    np.testing.assert_allclose(loaded.encode(x), model.encode(x), atol=1e-6)


@keras.saving.register_keras_serializable("kvae-tests")
class Doubled(layers.Layer):
    """A layer of a user."""

    def call(self, x):
        return 2 * x


REFUSED = {
    "Lambda": lambda: layers.Lambda(lambda x: x),
    "Doubled": Doubled,
    "swish of a user": lambda: layers.Activation(lambda x: x),
    "LSTM": lambda: lambda x: layers.LSTM(2)(layers.Reshape((4, 2))(x)),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_to_preset_of_a_model_that_could_not_be_read_writes_nothing(kind, tmp_path):
    with pytest.raises(UserError, match="VAE, which cannot be stored as a preset"):
        kvae.to_preset(_model(REFUSED[kind]()), tmp_path / "preset")
    assert not (tmp_path / "preset").exists()


def test_to_preset_of_unreadable_model_keeps_the_present_preset(tmp_path):
    folder = kvae.to_preset(_model(), tmp_path / "preset")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(UserError, match="cannot be stored"):
        kvae.to_preset(_model(Doubled()), folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
