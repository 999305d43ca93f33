"""Validation of arguments by labelled models and their evaluation."""

import numpy as np
import pytest

from kvae.distributions import BinaryLabels
from kvae.errors import UserError
from kvae.evaluation import evaluate
from kvae.models import CSVAE, CondVAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import LATENT, MODELS, SHAPE, batch, data_for
from tests.models.labelled_models import BOTH_CLASSES, COND, model_of


@pytest.mark.parametrize("metric", ["elbo", "nll", "divergence", "leakage", "reconstruction", "collapse"])
@pytest.mark.parametrize("case", ["-1/+1", "none", "superfluous"])
def test_evaluate_with_unsuitable_labels_is_refused(metric, case):
    x, y = data_for(MODELS["CondVAE"](), 30)
    model, batches, message = {
        "-1/+1": ("CondVAE", Batches(x, 2.0 * y - 1), "labels 0 and 1"),
        "none": ("CondVAE", Batches(x, labels=y), "Expected labels"),
        "superfluous": ("VAE", Batches(x, y), "x alone"),
    }[case]
    with pytest.raises(UserError, match=message):
        evaluate(MODELS[model](), batches, [metric], **({"nll": {"samples": 2}} if metric == "nll" else {}))


@pytest.mark.parametrize("metric", ["elbo", "nll"])
def test_evaluate_with_x_out_of_range_is_refused(metric):
    with pytest.raises(UserError, match=r"in \[0, 1\]"):
        evaluate(MODELS["VAE"](), Batches(batch() * 255), [metric])


def _csvae(**options):
    nets = {
        "encoder": mlp(SHAPE, 4),
        "label_encoder": mlp(SHAPE, 2, label_units=1),
        "label_prior": mlp(1, 2),
        "decoder": mlp(3, SHAPE),
        "adversary": mlp(2, 1),
        "labels": BinaryLabels(1),
    }
    return CSVAE(**nets | options)


@pytest.mark.parametrize("rate", [[0.2, 0.3], [2.0], [-1.0], 0.2], ids=str)
def test_csvae_with_an_invalid_base_rate_is_refused(rate):
    with pytest.raises(UserError, match="base_rate"):
        _csvae(base_rate=rate)


@pytest.mark.parametrize(
    "nets",
    [
        {"encoder": mlp(SHAPE, 5)},
        {"encoder": mlp(SHAPE, 8)},
        {"label_prior": mlp(2, 2)},
        {"label_encoder": mlp(SHAPE, 2)},
        {"label_encoder": mlp(SHAPE, 2, label_units=2)},
        {"adversary": mlp(3, 1)},
        {"label_prior": mlp(1, 4)},
        {"adversary": mlp(2, 2)},
    ],
    ids=[
        "odd encoder",
        "encoder larger than the code",
        "label_prior's input",
        "label_encoder without labels",
        "label_encoder's labels",
        "adversary's input",
        "label_prior's output",
        "adversary's output",
    ],
)
def test_csvae_with_mismatched_networks_is_refused(nets):
    with pytest.raises(UserError, match=next(iter(nets))):
        _csvae(**nets)


@BOTH_CLASSES
@pytest.mark.parametrize(
    "call",
    [
        lambda model, x, y: model.sample(3, seed=0),
        lambda model, x, y: model.encode(x),
        lambda model, x, y: model.reconstruct(x),
        lambda model, x, y: model.posterior_parameters(x),
        lambda model, x, y: model.rate_per_unit(x),
        lambda model, x, y: model.transfer(x, None, y),
        lambda model, x, y: model(x),
        lambda model, x, y: model.fit(x),
    ],
    ids=["sample", "encode", "reconstruct", "posterior_parameters", "rate_per_unit", "transfer", "call", "fit"],
)
def test_methods_without_labels_are_refused(name, call):
    model = model_of(name)
    model.compile("sgd")
    with pytest.raises(UserError, match=f"Expected labels: {name} takes x and y. Received: y=None"):
        call(model, *data_for(model, 5))


def test_cond_vae_decode_without_labels_is_refused():
    with pytest.raises(UserError, match=r"Expected labels: CondVAE takes x and y. Received: y=None"):
        model_of(COND).decode(np.zeros((2, LATENT)))


@BOTH_CLASSES
@pytest.mark.parametrize(
    "call",
    [
        lambda model, x, y: model.encode(x, y[:3]),
        lambda model, x, y: model.reconstruct(x, y[:3]),
        lambda model, x, y: model.decode(model.encode(x, y), y[:3]),
        lambda model, x, y: model.transfer(x, y[:3], y),
        lambda model, x, y: model.transfer(x, y, y[:3]),
        lambda model, x, y: model.sample(5, y[:3]),
        lambda model, x, y: model.fit(x, y[:3]),
    ],
    ids=["encode", "reconstruct", "decode", "transfer from", "transfer to", "sample", "fit"],
)
def test_methods_with_too_few_labels_are_refused(name, call):
    model = model_of(name)
    model.compile("sgd")
    with pytest.raises(UserError, match=r"Expected 5 labels, (or )?one for (each row|all)\. Received: 3"):
        call(model, *data_for(model, 5))


@BOTH_CLASSES
@pytest.mark.parametrize(
    "call",
    [
        lambda model, x, y: model.encode(x, 2.0 * y - 1),
        lambda model, x, y: model.reconstruct(x, 2.0 * y - 1),
        lambda model, x, y: model.decode(model.encode(x, y), 2.0 * y - 1),
        lambda model, x, y: model.transfer(x, 2.0 * y - 1, y),
        lambda model, x, y: model.transfer(x, y, 2.0 * y - 1),
        lambda model, x, y: model.sample(5, 2.0 * y - 1),
        lambda model, x, y: model.sample(5, [-1, 1]),
        lambda model, x, y: model.fit(x, 2.0 * y - 1),
    ],
    ids=["encode", "reconstruct", "decode", "transfer from", "transfer to", "sample", "sample one", "fit"],
)
def test_methods_with_labels_of_minus_one_name_the_repair(name, call):
    model = model_of(name)
    model.compile("sgd")
    with pytest.raises(UserError, match=r"Expected labels 0 and 1. Received: .* with -1.*\(y \+ 1\) / 2"):
        call(model, *data_for(model, 5))


@BOTH_CLASSES
def test_encode_with_labels_of_another_shape_is_refused(name):
    model = model_of(name)
    x, y = data_for(model, 5)
    with pytest.raises(UserError, match=r"Expected y of shape \(N, 2\). Received: y.shape=\(5, 1\)"):
        model.encode(x, y[:, :1])


def test_encode_with_unknown_classes_is_refused():
    model = model_of("CondVAE, classes")
    x, _ = data_for(model, 3)
    with pytest.raises(UserError, match=r"Expected classes 0 to 2\. Received: y with 3"):
        model.encode(x, np.array([0, 1, 3]))


@pytest.mark.parametrize("method", ["encode", "decode", "reconstruct", "posterior_parameters", "rate_per_unit"])
def test_vae_with_labels_is_refused(method):
    model = MODELS["VAE"]()
    x, y = data_for(MODELS[COND](), 5)
    with pytest.raises(UserError, match=r"Expected x alone: VAE takes neither labels nor targets. Received: y"):
        getattr(model, method)(x, y)


def test_model_with_a_number_as_labels_is_refused():
    with pytest.raises(UserError, match="Expected labels: BinaryLabels"):
        CondVAE(mlp(SHAPE, 4, label_units=1), mlp(3, SHAPE), labels=1)


def test_decode_accepts_mixtures_of_labels():
    model = model_of("CondVAE, classes")
    z = np.random.default_rng(0).standard_normal((3, LATENT)).astype("float32")
    between = np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 1, 0]], "float32")
    x = model.decode(z, between)
    np.testing.assert_allclose(x[[0, 2]], model.decode(z, np.array([0, 0, 1]))[[0, 2]], atol=1e-6)
    assert np.abs(x[1] - model.decode(z, np.array([0, 0, 0]))[1]).max() > 1e-4
    with pytest.raises(UserError, match=r"Expected y of shape \(N,\)"):
        model.decode(z, between * 2)


@pytest.mark.parametrize("beta", [-1, float("nan"), "1", None])
def test_weight_that_is_no_number_of_at_least_zero_is_refused(beta):
    vae = MODELS["VAE"]()
    with pytest.raises(UserError, match=r"Expected a finite number of at least 0\. Received: beta="):
        type(vae)(vae.encoder, vae.decoder, beta=beta)


@pytest.mark.parametrize("n", [-1, 0, 2.5, "3"])
@pytest.mark.parametrize("name", ["VAE", "CondVAE"])
def test_sample_of_no_number_of_examples_is_refused(name, n):
    with pytest.raises(UserError, match=r"Expected an integer of at least 1\. Received: n="):
        MODELS[name]().sample(n)


def test_repr_of_a_model_states_its_shapes_and_families():
    assert "data_shape=(" in repr(MODELS["VAE"]())
    assert "posterior=DiagonalNormal, prior=StandardNormal, " in repr(MODELS["VAE"]())
    assert "likelihood=" in repr(MODELS["CondVAE"]())
