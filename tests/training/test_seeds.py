"""Random layers draw from seed generators of the model, so that a checkpoint holds all randomness."""

import keras
import numpy as np
from keras import layers

from kvae.models import VAE
from kvae.networks import mlp
from kvae.training import checkpoint
from kvae.training.seeds import called_as_in_training, own_seeds


def _model():
    """Return a VAE whose encoder has random layers of every kind, none with a seed."""
    x = keras.Input((4, 4, 1))
    h = layers.RandomTranslation(0.2, 0.2)(x)
    h = layers.SpatialDropout2D(0.2)(layers.GaussianNoise(0.1)(h))
    h = layers.Reshape((4, 4))(h)
    h = layers.MultiHeadAttention(1, 2, dropout=0.3)(h, h)
    h = layers.LSTM(3, dropout=0.3)(h)
    h = keras.Sequential([layers.Dropout(0.3), layers.GaussianDropout(0.3), layers.AlphaDropout(0.3)])(h)
    model = VAE(keras.Model(x, layers.Dense(4)(h)), mlp(2, (4, 4, 1), hidden=(3,)))
    model.compile("adam")
    return model


def test_restored_model_draws_the_random_numbers_of_the_uninterrupted_one(tmp_path, rng):
    x = rng.random((6, 4, 4, 1)).astype("float32")
    model = _model()
    model.fit(x, epochs=1, shuffle=False, verbose=0)
    checkpoint.save(tmp_path / "state.npz", model, {})
    model.fit(x, epochs=2, shuffle=False, verbose=0)
    keras.utils.set_random_seed(7)
    resumed = _model()
    checkpoint.restore(tmp_path / "state.npz", resumed)
    resumed.fit(x, epochs=2, shuffle=False, verbose=0)
    for expected, found in zip(model.variables, resumed.variables, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(expected), keras.ops.convert_to_numpy(found))


def test_called_as_in_training_draws_by_the_seed_and_changes_no_variable(rng):
    x = keras.Input((16,))
    h = layers.BatchNormalization()(layers.Dropout(0.5)(layers.Dropout(0.5)(x)))
    net, images = keras.Model(x, h), rng.random((4, 16)).astype("float32")
    own_seeds(net)
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in net.variables]
    first, again, other = (
        keras.ops.convert_to_numpy(called_as_in_training(net, images, keras.ops.convert_to_tensor(seed, "int32")))
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    np.testing.assert_allclose(first.mean(axis=0), 0, atol=1e-5)  # batch norm with the statistics of the batch
    for variable, old in zip(net.variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), old)
