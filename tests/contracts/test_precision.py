"""Networks in bfloat16: weights, gradients, densities, losses and metrics are float32 on every model."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae import evaluation
from kvae.capabilities import DECODER, DENSITY
from kvae.distributions import BinaryLabels, ClassLabels, DiagonalNormal, FullCovarianceNormal
from kvae.errors import UserError
from kvae.objectives import feature_error, half_squared_error, known_class_loss, label_information, pixel_cross_entropy
from kvae.presets import from_preset, to_preset
from kvae.training import Batches, Optimizers, Phase, networks_in
from tests.contracts.models import ALL_ON_TENSORFLOW, EAGERLY, MODELS, answer, data_for, fit, settle

FLOAT32 = {"float32"}


def _model(name):
    """Return a model in which every layer computes in bfloat16, also the last ones, whose outputs enter the densities."""
    with networks_in("bfloat16"):
        model = MODELS[name]()
    for net in model.networks().values():
        for layer in net._flatten_layers():
            layer.dtype_policy = "mixed_bfloat16"
    return settle(model)


def _types(values):
    return {keras.backend.standardize_dtype(value.dtype) for value in keras.tree.flatten(values)}


def _recorded(monkeypatch, cls, method, values_of):
    """Return a set of the types of `values_of(arguments, result)` in each call of a method."""
    found, original = set(), getattr(cls, method)

    def recorded(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        found.update(_types(values_of(args, result)))
        return result

    monkeypatch.setattr(cls, method, recorded)
    return found


@pytest.mark.parametrize("name", ALL_ON_TENSORFLOW)
def test_training_with_networks_in_bfloat16_keeps_all_else_in_float32(name, monkeypatch):
    model = _model(name)
    outputs = _recorded(monkeypatch, type(next(iter(model.networks().values()))), "__call__", lambda _, result: result)
    terms = _recorded(monkeypatch, Phase, "__call__", lambda _, result: result)
    gradients = _recorded(monkeypatch, Optimizers, "apply_phase", lambda args, _: args[0])
    model.compile("adam", run_eagerly=EAGERLY)
    logs = fit(model, data_for(model, 8), batch_size=8).history
    assert "bfloat16" in outputs
    assert (terms, gradients) == (FLOAT32, FLOAT32)
    assert _types([*model.weights, *(v for v in model.optimizer.variables if "iteration" not in v.path)]) == FLOAT32
    assert _types([metric.total for metric in model.metrics]) == FLOAT32
    assert all(np.isfinite(values).all() for values in logs.values())


@pytest.mark.parametrize("name", ALL_ON_TENSORFLOW)
def test_outputs_and_densities_with_networks_in_bfloat16_are_float32(name):
    model = _model(name)
    data = data_for(model, 4)
    assert answer(model, data).dtype == "float32"
    tensors = [model.as_tensor(array) for array in data]
    if DECODER in model.capabilities:
        assert model.encode(*data).dtype == "float32"
    if DENSITY in model.capabilities:
        seed = keras.random.SeedGenerator(0)
        assert _types(model.importance_terms(*tensors, seed=seed, samples=2)) == FLOAT32
        assert _types(model.rate_and_distortion(*tensors, seed=seed)) == FLOAT32
        report = evaluation.evaluate(model, Batches(*data), ["elbo"])
        assert report["precision"] == "bfloat16"
        assert all(np.isfinite(value) for value in report["metrics"].values())


@pytest.mark.parametrize("name", ["Autoencoder", "VAE", "VAE, convolutional", "VAE, mixture prior"])
def test_predict_of_networks_in_bfloat16_equals_reconstruct(name):
    """The model itself does not convert x, as a Keras model with the policy mixed_bfloat16 would."""
    with networks_in("bfloat16"):
        model = settle(MODELS[name]())
    data = data_for(model)
    np.testing.assert_allclose(model.predict(*data, verbose=0), model.reconstruct(*data), atol=1e-6)


LABELS = BinaryLabels(3), ClassLabels(3)
Y = np.array([[0, 1, 0], [1, 1, 0]], "uint8"), np.array([2, 0], "int32")


@pytest.mark.parametrize(
    "function",
    [
        *(lambda h, k=k: LABELS[k].log_prob(Y[k], h) for k in (0, 1)),
        *(lambda h, k=k: LABELS[k].probabilities(h) for k in (0, 1)),
        *(lambda h, k=k: label_information(LABELS[k], h) for k in (0, 1)),
        *(lambda h, k=k: label_information(LABELS[k], h, [0.2, 0.3, 0.5]) for k in (0, 1)),
        lambda h: known_class_loss(ops.convert_to_tensor(np.array([2, -1], "int32")), h),
        lambda h: half_squared_error(h, ops.flip(h, axis=0)),
        lambda h: feature_error(h, ops.flip(h, axis=0)),
        lambda h: pixel_cross_entropy(np.full((2, 3), 0.3, "float32"), h),
        lambda h: DiagonalNormal()(ops.concatenate([h, h], axis=-1)).stddev,
        lambda h: FullCovarianceNormal()(ops.concatenate([h, h, h], axis=-1)).stddev,
    ],
)
def test_function_of_outputs_in_bfloat16_computes_in_float32(function):
    h = ops.cast(np.random.default_rng(0).uniform(0.1, 0.9, (2, 3)).astype("float32"), "bfloat16")
    found, expected = function(h), function(ops.cast(h, "float32"))
    assert _types(found) == FLOAT32
    np.testing.assert_allclose(ops.convert_to_numpy(found), ops.convert_to_numpy(expected), rtol=1e-6)


def test_preset_of_a_model_in_bfloat16_computes_in_float32(tmp_path):
    with networks_in("bfloat16"):
        model = settle(MODELS["VAE, convolutional"]())
    loaded, exact = from_preset(to_preset(model, tmp_path / "preset")), MODELS["VAE, convolutional"]()
    exact.set_weights(model.get_weights())
    assert (model.precision, loaded.precision) == ("bfloat16", "float32")
    x = data_for(model)[0]
    np.testing.assert_allclose(loaded.reconstruct(x), exact.reconstruct(x), atol=1e-6)
    assert np.abs(model.reconstruct(x) - exact.reconstruct(x)).max() > 1e-4


def test_networks_in_an_unknown_precision_raises():
    before = keras.config.dtype_policy()
    with pytest.raises(UserError, match="Expected a precision: float32, bfloat16"), networks_in("float16"):
        pass
    assert keras.config.dtype_policy() == before
