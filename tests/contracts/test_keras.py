"""What Keras offers works: fit, evaluate, predict, validation, callbacks, compilation, mixed precision."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from tests.contracts.models import MODELS, batch, data_for


@pytest.mark.parametrize("name", MODELS)
def test_fit_evaluate_predict(name):
    model = MODELS[name]()
    model.compile("adam")
    data = data_for(model, 20)
    history = model.fit(*data, batch_size=8, epochs=2, validation_data=data, verbose=0).history
    names = [n for phase in model.phases() for n in phase.loss.reports]
    assert set(history) == {*names, *(f"val_{n}" for n in names)}
    assert all(np.isfinite(v).all() for v in history.values())
    assert model.evaluate(*data, verbose=0, return_dict=True).keys() == set(names)
    assert model.predict(data[0], verbose=0).shape == data[0].shape


@pytest.mark.parametrize("name", MODELS)
def test_learning_lowers_the_loss(name):
    keras.utils.set_random_seed(0)
    model = MODELS[name]()
    model.compile(keras.optimizers.Adam(1e-2))
    loss = model.fit(*data_for(model, 32), batch_size=16, epochs=15, verbose=0).history["loss"]
    assert loss[-1] < loss[0]


def test_a_short_batch_counts_by_its_examples():
    """The mean over 7 examples does not depend on how they are cut into batches: exact for a deterministic model."""
    model = MODELS["Autoencoder"]()
    model.compile("sgd")
    x = batch(7)
    whole = model.evaluate(x, batch_size=7, verbose=0, return_dict=True)["loss"]
    parts = model.evaluate(x, batch_size=4, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(parts, whole, rtol=1e-6)


def _weights_after_training(**compilation):
    """Of a deterministic model: XLA draws other noise than TensorFlow's kernels do."""
    keras.utils.set_random_seed(0)
    model = MODELS["Autoencoder"]()
    model.compile(keras.optimizers.Adam(1e-2), **compilation)
    model.fit(batch(32), batch_size=8, epochs=2, shuffle=False, verbose=0)
    return [ops.convert_to_numpy(v) for v in model.trainable_variables]


@pytest.mark.parametrize(
    "compilation", [{"jit_compile": True}, {"run_eagerly": True}, {"steps_per_execution": 3}], ids=str
)
def test_ways_of_execution_agree(compilation):
    if keras.backend.backend() == "torch" and "run_eagerly" not in compilation:
        # torch runs eagerly; Keras refuses steps_per_execution there itself, and jit_compile needs a C++ compiler.
        compilation = {}
    plain = _weights_after_training()
    for a, b in zip(plain, _weights_after_training(**compilation), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_mixed_bfloat16_keeps_weights_and_losses_in_float32(name):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = MODELS[name]()
        model.compile(keras.optimizers.Adam(1e-2))
        data = data_for(model, 32)
        loss = model.fit(*data, batch_size=16, epochs=10, verbose=0).history["loss"]
        terms = model.phases()[0](model._unpack(tuple(map(ops.convert_to_tensor, data))), training=False)
    finally:
        keras.config.set_dtype_policy(before)
    assert np.isfinite(loss).all()
    assert loss[-1] < loss[0]
    assert {keras.backend.standardize_dtype(v.dtype) for v in model.trainable_variables} == {"float32"}
    assert {keras.backend.standardize_dtype(t.dtype) for t in terms.values()} == {"float32"}


def test_mixed_float16_is_refused():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        with pytest.raises(UserError, match="mixed_bfloat16"):
            MODELS["VAE"]().compile("adam")
    finally:
        keras.config.set_dtype_policy(before)


def test_recompiling_and_going_on():
    model = MODELS["VAE"]()
    for optimizer in ("adam", "sgd"):
        model.compile(optimizer)
        model.fit(batch(8), verbose=0)


def test_trained_weights_reach_numpy_methods():
    """Functions compiled before training must not keep the weights they were compiled with."""
    model = MODELS["VAE"]()
    before = model.reconstruct(batch())
    model.compile(keras.optimizers.Adam(1e-1))
    model.fit(batch(32), epochs=3, verbose=0)
    assert np.abs(model.reconstruct(batch()) - before).max() > 1e-3
    np.testing.assert_allclose(model.reconstruct(batch()), model.predict(batch(), verbose=0), atol=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (batch() * 255, None, r"in \[0, 1\]"),
        (batch() * 2 - 1, None, r"in \[0, 1\]"),
        (np.where(np.arange(64).reshape(8, 8, 1) == 5, np.nan, batch()), None, "finite"),
        (batch()[..., 0], None, "of shape"),
        (batch(), batch(), "x alone"),
    ],
    ids=["bytes", "symmetric", "nan", "shape", "targets"],
)
def test_data_are_checked_at_the_door(x, y, message):
    model = MODELS["VAE"]()
    model.compile("adam")
    with pytest.raises(ValueError, match=message):
        model.fit(x, y, verbose=0)


def test_sample_weights_are_refused_not_ignored():
    model = MODELS["VAE"]()
    model.compile("adam")
    with pytest.raises(ValueError, match="without weights"):
        model.fit(batch(), sample_weight=np.ones(6), verbose=0)
