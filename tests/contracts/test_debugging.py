"""The debugging modes of the backends, which stop at values that are not finite, also in gradients."""

import contextlib

import keras
import numpy as np
import pytest

from tests.contracts.models import MODELS, ONE_OF_EACH, data_for, fit


@pytest.fixture
def debugging():
    """The debugging mode of the backend, switched on."""
    with contextlib.ExitStack() as stack:
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            tf.debugging.enable_check_numerics()
            stack.callback(tf.debugging.disable_check_numerics)
        elif keras.backend.backend() == "jax":
            import jax

            stack.enter_context(jax.debug_nans(True))
            stack.enter_context(jax.debug_infs(True))
        else:
            import torch

            stack.enter_context(torch.autograd.detect_anomaly())
        yield


@pytest.mark.usefixtures("debugging")
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_models_train_in_the_debugging_mode_of_the_backend(name):
    model = MODELS[name]()
    model.compile("adam")
    data = data_for(model, 8)
    assert np.isfinite(list(fit(model, data, batch_size=4).history.values())).all()
    model.evaluate(*data, verbose=0)
