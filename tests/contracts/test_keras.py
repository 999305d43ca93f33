"""Features of Keras on every model: fit, evaluate, predict, validation, callbacks, compilation, mixed precision."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.capabilities import DOMAINS
from kvae.errors import UserError
from kvae.models import VAE
from kvae.networks import mlp
from kvae.training import Batches, Phase
from tests.contracts.models import (
    ALL_ON_TENSORFLOW,
    MODELS,
    ONE_OF_EACH,
    SHAPE,
    WITHOUT_FALLING_LOSS,
    answer,
    batch,
    data_for,
    fit,
    inputs_of,
)


def _falls(history):
    loss = next(history[name] for name in ("loss", "distortion", "error") if name in history)
    return loss[-1] < loss[0]


@pytest.mark.parametrize("name", ALL_ON_TENSORFLOW)
def test_fit_evaluate_and_predict_return_all_reported_scalars_and_move_all_weights(name):
    keras.utils.set_random_seed(0)
    model = MODELS[name]()
    model.compile(keras.optimizers.Adam(1e-2))
    before = [ops.convert_to_numpy(v).copy() for v in model.trainable_variables]
    data = data_for(model, 36)  # the last batch is shorter
    history = fit(model, data, batch_size=16, epochs=12, validation_data=data).history
    names = {n for phase in model.phases() for n in phase.reports}
    validated = set(model.evaluate(*data, batch_size=16, verbose=0, return_dict=True))
    assert validated == names or (DOMAINS in model.capabilities and validated < names), "validation data have no turns"
    assert set(history) == {*names, *(f"val_{n}" for n in validated)}
    assert all(np.isfinite(v).all() for v in history.values())
    assert name in WITHOUT_FALLING_LOSS or _falls(history)
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(ops.convert_to_numpy(variable), old), f"{variable.path} did not change"
    x = inputs_of(model, data)
    assert model.predict(x[0] if len(x) == 1 else [*x], batch_size=36, verbose=0).shape == answer(model, data).shape


def test_evaluate_weights_batches_by_their_examples():
    """The loss of a deterministic model over 7 examples does not depend on the batch size."""
    model = MODELS["Autoencoder"]()
    model.compile("sgd")
    x = batch(7)
    whole = model.evaluate(x, batch_size=7, verbose=0, return_dict=True)["loss"]
    parts = model.evaluate(x, batch_size=4, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(parts, whole, rtol=1e-6)


def _weights_after_training(**compilation):
    """Return the weights of an autoencoder after training. It draws no noise, which XLA would draw differently."""
    keras.utils.set_random_seed(0)
    model = MODELS["Autoencoder"]()
    model.compile(keras.optimizers.Adam(1e-2), **compilation)
    model.fit(batch(32), batch_size=8, epochs=2, shuffle=False, verbose=0)
    return [ops.convert_to_numpy(v) for v in model.trainable_variables]


@pytest.mark.parametrize("compilation", [{"jit_compile": True}, {"run_eagerly": True}], ids=str)
@pytest.mark.skipif(keras.backend.backend() == "torch", reason="tests/backends/torch/test_replay.py compares the modes")
def test_fit_with_other_execution_modes_gives_the_same_weights(compilation):
    plain = _weights_after_training()
    for a, b in zip(plain, _weights_after_training(**compilation), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_several_steps_per_execution_give_the_same_weights_and_losses():
    x, results = batch(44), []  # eleven batches: three calls of three rounds, and one of two
    for steps in (1, 3):
        keras.utils.set_random_seed(0)
        model = MODELS["VAE"]()
        model.compile(keras.optimizers.Adam(1e-2), steps_per_execution=steps)
        history = model.fit(x, batch_size=4, epochs=2, validation_data=(x,), verbose=0).history
        results.append(
            (history, [ops.convert_to_numpy(v) for v in model.variables], model.predict(x, batch_size=4, verbose=0))
        )
    (one_history, one_weights, one_output), (history, weights, output) = results
    assert history == one_history
    assert output.shape == one_output.shape
    for a, b in zip(one_weights, weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_fit_in_mixed_bfloat16_keeps_weights_and_losses_in_float32(name, monkeypatch):
    before, losses, computed = keras.config.dtype_policy(), [], Phase.__call__

    def recorded(self, batch, **options):
        losses.append(computed(self, batch, **options))
        return losses[-1]

    monkeypatch.setattr(Phase, "__call__", recorded)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = MODELS[name]()
        model.compile(keras.optimizers.Adam(1e-2))
        data = data_for(model, 32)
        history = fit(model, data, batch_size=16, epochs=10).history
    finally:
        keras.config.set_dtype_policy(before)
    assert all(np.isfinite(values).all() for values in history.values())
    assert name in WITHOUT_FALLING_LOSS or _falls(history)
    assert {keras.backend.standardize_dtype(v.dtype) for v in model.trainable_variables} == {"float32"}
    assert {keras.backend.standardize_dtype(t.dtype) for terms in losses for t in terms.values()} == {"float32"}


@pytest.mark.parametrize("policy", ["mixed_float16", "float16", "bfloat16", "floatx float16", "floatx bfloat16"])
def test_compile_in_half_precision_raises(policy):
    before, floatx = keras.config.dtype_policy(), keras.config.floatx()
    try:
        if policy.startswith("floatx"):
            keras.config.set_floatx(policy.split()[1])
        keras.config.set_dtype_policy(policy.split()[-1])
        with pytest.raises(UserError, match="mixed_bfloat16"):
            MODELS["VAE"]().compile("adam")
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(before)


def test_compile_with_networks_in_mixed_float16_raises():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        nets = mlp(SHAPE, 4), mlp(2, SHAPE)
    finally:
        keras.config.set_dtype_policy(before)
    with pytest.raises(UserError, match="mixed_bfloat16"):
        VAE(*nets).compile("adam")


def test_fit_after_second_compile_succeeds():
    model = MODELS["VAE"]()
    for optimizer in ("adam", "sgd"):
        model.compile(optimizer)
        model.fit(batch(8), verbose=0)


def test_reconstruct_after_training_uses_trained_weights():
    """A function that was compiled before training reads the weights at each call."""
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
def test_fit_with_invalid_data_raises(x, y, message):
    model = MODELS["VAE"]()
    model.compile("adam")
    with pytest.raises(ValueError, match=message):
        model.fit(x, y, verbose=0)


@pytest.mark.parametrize("kind", ["tensor", "validation", "batches"])
def test_fit_with_invalid_data_of_any_kind_raises(kind):
    model = MODELS["VAE"]()
    model.compile("adam")
    bad = batch() * 255
    arguments = {
        "tensor": ((ops.convert_to_tensor(bad),), {}),
        "validation": ((batch(),), {"validation_data": (bad,)}),
        "batches": ((Batches(bad, batch_size=2),), {}),
    }
    positional, named = arguments[kind]
    with pytest.raises(UserError, match=r"in \[0, 1\]"):
        model.fit(*positional, verbose=0, **named)


def test_fit_with_invalid_first_batch_of_a_stream_raises():
    tf = pytest.importorskip("tensorflow")
    model = MODELS["VAE"]()
    model.compile("adam")
    with pytest.raises(UserError, match=r"in \[0, 1\]"):
        model.fit(tf.data.Dataset.from_tensor_slices(batch() * 255).batch(2), verbose=0)
    model.fit(tf.data.Dataset.from_tensor_slices(batch()).batch(2), verbose=0)


def test_encode_and_decode_with_invalid_arrays_raise():
    model = MODELS["VAE"]()
    for method in (model.encode, model.reconstruct, model.posterior_parameters):
        with pytest.raises(UserError, match=r"in \[0, 1\]"):
            method(batch() * 255)
    with pytest.raises(UserError, match=r"z of shape \(N, 3\)"):
        model.decode(np.zeros((2, 4)))


# ------------------------------------------------------------------ callbacks of Keras


def test_learning_rate_scheduler_sets_the_rate_of_the_only_player():
    model = MODELS["VAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 1e-3 / (epoch + 1))
    history = model.fit(batch(8), epochs=3, verbose=0, callbacks=[scheduler]).history
    np.testing.assert_allclose(history["learning_rate"], [1e-3, 5e-4, 1e-3 / 3], rtol=1e-5)
    assert float(model.optimizer.players["loss"].learning_rate) == pytest.approx(1e-3 / 3)


def test_reduce_on_plateau_lowers_the_rate_of_the_only_player():
    model = MODELS["VAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=1e9)
    model.fit(batch(8), epochs=3, verbose=0, callbacks=[plateau])
    assert float(model.optimizer.players["loss"].learning_rate) < 5e-4


def test_early_stopping_stops_and_model_checkpoint_saves(tmp_path):
    model = MODELS["VAE"]()
    model.compile("adam")
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="loss", patience=1, min_delta=1e9),
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="loss", save_best_only=True),
    ]
    history = model.fit(batch(8), epochs=6, verbose=0, callbacks=callbacks).history
    assert len(history["loss"]) == 2
    keras.saving.load_model(tmp_path / "best.keras")


def test_fit_with_sample_weights_raises():
    model = MODELS["VAE"]()
    model.compile("adam")
    with pytest.raises(ValueError, match="without weights"):
        model.fit(batch(), sample_weight=np.ones(6), verbose=0)
