"""Batches and rounds as the training of a recipe takes them: images as y, augmentation and transforms."""

import types

import keras
import numpy as np
import pytest
from keras import ops

from kvae.capabilities import DOMAINS
from kvae.data import Dataset, Jitter
from kvae.networks import mlp
from kvae.recipes.inputs import batches, training_batches
from kvae.training import Model
from kvae.training.scaling import as_floats
from kvae.zoo import Training


class Translation(Model):
    """A network that maps an image x to an image y."""

    batch_spec = ("x", "y")

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.net = net

    def loss_terms(self, batch, training):
        x, y = batch
        return {"loss": ops.mean(ops.abs(self.net(x, training=training) - y))}


@pytest.fixture
def pairs(rng):
    """A data set in which y is the negative of x."""
    x = rng.integers(0, 256, (20, 4, 4, 1), "uint8")
    return Dataset.from_arrays(x, 255 - x)


def test_model_of_images_as_y_trains_on_a_data_set_of_pairs(pairs):
    net = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(1, 1)])  # y = 1 - x for each pixel
    model, training = Translation(net), Training(30, 4, augment=Jitter())
    model.compile(keras.optimizers.Adam(0.05))
    data = training_batches(model, pairs, training, seed=0)
    held_out = batches(model, pairs, pairs.validation, training)
    history = model.fit(data, validation_data=held_out, epochs=30, verbose=0).history
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    assert history["val_loss"][-1] < 0.1 * history["val_loss"][0]


def test_augment_changes_training_examples_alone(pairs):
    model, training = Translation(mlp((4, 4, 1), (4, 4, 1))), Training(1, 4, augment=Jitter())
    x, y = training_batches(model, pairs, training, seed=0)[0]
    plain, _ = training_batches(model, pairs, Training(1, 4), seed=0)[0]
    assert (x != plain).any()
    np.testing.assert_allclose(y, 1 - x, atol=1e-6)
    for split in (pairs.validation, pairs.train):
        x, _ = batches(model, pairs, split, training, batch_size=16)[0]
        np.testing.assert_array_equal(x, as_floats(split.x))


def test_augment_precedes_the_transform(pairs):
    model = types.SimpleNamespace(capabilities=(), batch_spec=("x",))
    training = Training(1, 16, augment=lambda x, rng: x + 1, transform=lambda x, rng: 2 * x)
    x = np.sort(pairs.train.x.ravel()) / np.float32(255)
    np.testing.assert_allclose(np.sort(training_batches(model, pairs, training, seed=0)[0][0].ravel()), 2 * (x + 1))
    np.testing.assert_allclose(np.sort(batches(model, pairs, pairs.train, training)[0][0].ravel()), 2 * x)


def test_augment_changes_the_turns_of_rounds(rng):
    x, y = rng.integers(0, 256, (20, 4, 4, 1), "uint8"), np.arange(20) % 2
    dataset = Dataset.from_arrays(x, y, label_names=("A", "B"))
    model = types.SimpleNamespace(capabilities={DOMAINS}, batch_spec=("x", "y"), turns={"A": 1, "B": 1})
    plain, augmented = (
        training_batches(model, dataset, training, seed=0)[0][0]
        for training in (Training(1, 4), Training(1, 4, augment=Jitter()))
    )
    assert plain["A"].dtype == np.uint8
    assert augmented["A"].shape == plain["A"].shape == (4, 1, 4, 4, 1)
    assert (augmented["A"] != plain["A"] / np.float32(255)).any()
