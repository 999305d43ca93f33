"""`evaluate`: the choice of metrics, their options, and reports for all kinds of models."""

import json
import subprocess
import sys

import numpy as np
import pytest

from kvae.capabilities import UNIT_KL
from kvae.errors import UserError
from kvae.evaluation import METRICS, evaluate
from kvae.training import Batches
from tests.contracts.models import MODELS, batch, data_for
from tests.evaluation.known_models import copying_vae, evaluated, settled

LABELLED = ("CondVAE, classes", "CSVAE")


def test_evaluate_autoencoder_names_skipped_metrics_and_reasons():
    report = evaluate(MODELS["Autoencoder"](), Batches(batch(6), batch_size=4))
    assert report["n"] == 6
    assert set(report["metrics"]) == {"mse", "mae", "ssim"}
    assert report["skipped"] == {
        **dict.fromkeys(("elbo", "collapse", "nll"), "Autoencoder has no posterior and no prior"),
        "diversity": "Autoencoder has no prior, and no sampler was fitted: kvae fit-sampler",
        "checkerboard": "it needs images of at least 16 pixels a side",
    }


def test_evaluate_vae_report_is_json():
    report = evaluate(MODELS["VAE"](), Batches(batch(6), batch_size=4), samples=10)
    assert set(report["skipped"]) == {"bits_per_dim", "checkerboard"}  # grey values under a Bernoulli, small images
    assert {"nll", "elbo", "rate", "distortion", "mse", "active_units", "kl_per_unit"} <= set(report["metrics"])
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("name", LABELLED)
def test_evaluate_labelled_model_report_is_json(name):
    model, data = settled(name)
    report = evaluate(model, Batches(*data, batch_size=20), samples=10)
    expected = {"elbo", "rate", "distortion", "mse", "active_units", "kl_per_unit", "nll", "nll_se", "bits_per_pixel"}
    expected |= {f"{metric}.{part}" for metric in ("divergence", "leakage") for part in model.parts}
    assert expected <= set(report["metrics"])
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize(
    "name", ["VAE, spatial code", "CondVAE, spatial code", "VAE, flow", "VAE, VampPrior", "CSVAE, mixture prior"]
)
def test_evaluate_any_posterior_prior_and_code_report_is_json(name):
    model, data = settled(name)
    labels = data[1] if len(data) > 1 else np.arange(48) % 2
    report = evaluate(model, Batches(*data, labels=labels, batch_size=20), samples=10)
    assert {"elbo", "mse", "active_units", "nll", "diversity.prior"} <= set(report["metrics"])
    assert ("kl_per_unit" in report["metrics"]) == (UNIT_KL in model.capabilities)
    assert not {"elbo", "nll", "collapse", "diversity", "divergence", "leakage"} & set(report["skipped"])
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("name", ["CondVAE", "CSVAE"])
def test_evaluate_labelled_model_depends_on_labels(name):
    model, (x, y) = settled(name)
    metrics = ("elbo", "reconstruction", "nll")
    first, second = (evaluate(model, Batches(x, labels), metrics, samples=10)["metrics"] for labels in (y, 1 - y))
    for value in ("elbo", "mse", "nll"):
        assert first[value] != second[value]


@pytest.mark.parametrize(
    ("name", "skipped"),
    [
        ("MultiEncoder", set()),
        ("VAE", {"cross_encoding"}),
        ("Autoencoder", {"cross_encoding", "collapse_by_class"}),
        ("CondVAE, classes", {"cross_encoding"}),
        ("LayeredVAE, two layers", {"cross_encoding"}),
        ("VAE, spatial code", {"cross_encoding"}),
        ("CondVAE, spatial code", {"cross_encoding"}),
        ("VAE, flow", {"cross_encoding"}),
    ],
)
def test_evaluate_computes_metrics_of_classes_for_every_kind_of_model(name, skipped):
    _, _, report = evaluated(name)
    assert set(report["skipped"]) == skipped
    assert 0 <= report["metrics"]["attribution.accuracy"] <= 1
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_evaluate_metrics_of_classes_are_skipped_for_attributes_and_classifiers():
    metrics = ("separation", "attribution", "collapse_by_class")
    for name in ("CondVAE", "Classifier, classes, mirrored"):
        model = MODELS[name]()
        batches = Batches(*data_for(model, 20))
        report = evaluate(model, batches, metrics, training=batches)
        assert set(report["skipped"]) == set(metrics)


def test_evaluate_unlabelled_model_computes_label_metrics_when_named(rng):
    batches = Batches(rng.random((30, 2)).astype("float32"), labels=rng.integers(0, 2, 30))
    assert not {"divergence.z", "leakage.z"} & set(evaluate(copying_vae(), batches, samples=2)["metrics"])
    report = evaluate(copying_vae(), batches, ["divergence", "leakage"])
    assert set(report["metrics"]) == {"divergence.z", "leakage.z"}


def test_evaluate_quick_leaves_out_long_metrics():
    report = evaluate(MODELS["VAE"](), Batches(batch(6)), quick=True)
    assert {"elbo", "mse", "active_units"} <= set(report["metrics"])
    assert not {"nll", "diversity.prior"} & set(report["metrics"])


@pytest.mark.parametrize(
    ("options", "computed"),
    [
        ({}, False),
        ({"seed": 1}, False),
        ({"full": True, "nll": {"samples": 3}}, True),
        ({"nll": {"samples": 3}}, True),
        ({"samples": 3}, True),
    ],
)
def test_evaluate_computes_slow_metrics_if_asked(options, computed):
    report = evaluate(MODELS["VAE"](), Batches(batch(6)), **options)
    assert ("nll" in report["metrics"]) == computed
    assert computed or "--full" in report["skipped"]["nll"]


def test_evaluate_options_of_one_metric_take_precedence_over_shared_options():
    model, batches = MODELS["VAE"](), Batches(batch(6))
    report = evaluate(model, batches, ["nll", "elbo"], seed=3, samples=4, nll={"samples": 5})
    assert report["metrics"]["nll_samples"] == 5
    assert report["metrics"]["elbo"] == METRICS["elbo"](model, batches, seed=3)["elbo"]


def test_evaluate_unknown_metric_or_option_is_refused():
    with pytest.raises(UserError, match=", ".join(METRICS)):
        evaluate(MODELS["VAE"](), Batches(batch(2)), ["fid"])
    with pytest.raises(UserError, match=r"Received: sample\."):
        evaluate(MODELS["VAE"](), Batches(batch(2)), ["nll"], sample=5)


def test_evaluate_data_of_another_shape_are_refused():
    with pytest.raises(UserError):
        evaluate(MODELS["VAE"](), Batches(np.zeros((2, 3), "float32")), ["elbo"])


def _suitable(model) -> tuple[str, ...]:
    """Return the names of the default metrics of `model` whose requirements it meets."""
    return tuple(
        name
        for name, declared in METRICS.items()
        if declared.is_default_for(model) and declared.needs <= model.capabilities
    )


def test_default_metrics_depend_on_capabilities():
    one, several, classifier, autoencoder = (
        _suitable(MODELS[name]()) for name in ("VAE", "MultiEncoder", "Classifier, classes, mirrored", "Autoencoder")
    )
    of_domains = {"separation", "cross_encoding", "collapse_by_class", "reconstruction_by_class"}
    assert not (of_domains | {"divergence", "leakage", "attributes", "accuracy"}) & set(one)
    assert of_domains <= set(several)
    assert not {"attribution", "timeline"} & set(several)
    assert classifier == ("accuracy",)
    assert autoencoder == ("checkerboard", "reconstruction", "diversity")


def test_quick_metrics_of_a_vae_are_those_of_one_pass():
    quick = [name for name in _suitable(MODELS["VAE"]()) if METRICS[name].quick]
    assert quick == ["checkerboard", "collapse", "elbo", "reconstruction"]


def test_import_of_evaluation_does_not_import_keras():
    program = "import sys, kvae.evaluation; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("options", "received"),
    [
        ({"nll": {"foo": 1}}, "nll.foo"),
        ({"nll": 5}, "nll=5"),
        ({"diversity": {"seed": 1}}, "diversity"),
        ({"training": None}, "training"),
    ],
)
def test_evaluate_option_that_no_chosen_metric_takes_is_refused(options, received):
    with pytest.raises(UserError, match=rf"Received: {received}\."):
        evaluate(MODELS["VAE"](), Batches(batch(2)), ["nll"], **options)


def test_evaluate_data_that_are_not_batches_are_refused():
    with pytest.raises(UserError, match=r"Expected batches of held-out examples\. Received: ndarray"):
        evaluate(MODELS["VAE"](), batch(2))
