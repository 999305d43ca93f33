"""The kernel distance of samples after each epoch."""

import keras
import numpy as np
import pytest

from kvae.callbacks import KernelDistance
from kvae.evaluation.feature_sets import kernel_distance
from kvae.evaluation.features import FeatureNetwork
from kvae.networks import mlp
from tests.callbacks.training import fit
from tests.contracts.models import MODELS, batch


def test_kernel_distance_is_that_of_samples_from_the_prior_and_the_training_goes_on_as_without_it():
    def new():
        keras.utils.set_random_seed(0)
        model = MODELS["VAE"]()
        model.compile("adam")
        return model

    model = new()
    images = batch(16)
    network = FeatureNetwork(mlp(images.shape[1:], 3))
    history = fit(model, KernelDistance(network, images, 12), epochs=2, shuffle=False)
    expected, _ = kernel_distance(network(images), network(model.sample(12, seed=0)))
    assert history["val_kernel"][-1] == pytest.approx(expected, rel=1e-6)
    assert history["val_kernel"][0] != history["val_kernel"][1]
    losses = fit(new(), epochs=2, shuffle=False)["loss"]
    np.testing.assert_array_equal(history["loss"], losses)
