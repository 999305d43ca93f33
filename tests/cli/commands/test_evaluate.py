"""`kvae evaluate`: metrics of a trained run."""

import json
import re

import pytest

import kvae as kvae_

QUICK_VALUES = {"elbo", "elbo_se", "rate", "distortion", "mse", "mae", "ssim", "active_units", "kl_per_unit"}
SAMPLERS = ("prior", "mixture")
LONGER = {"diversity_examples", *(f"{name}.{each}" for name in ("diversity", "diversity_samples") for each in SAMPLERS)}
LIKELIHOOD = {"nll", "nll_se", "nll_samples", "bits_per_pixel", "bits_per_dim"}


def test_evaluate_saves_the_report_that_it_prints(kvae_json, run):
    report = kvae_json("evaluate", run, "--full")
    assert report["recipe"] == "digits/vae"
    assert report["data"] == "digits/test"
    assert report["n"] == 180
    assert set(report["metrics"]) == QUICK_VALUES | LONGER | LIKELIHOOD
    assert report["metrics"]["nll_samples"] == 2000
    assert -report["metrics"]["elbo"] > report["metrics"]["nll"] > 0
    assert report["metrics"]["bits_per_dim"] == report["metrics"]["bits_per_pixel"]  # one channel of 17 levels
    assert json.loads((run / "metrics.json").read_text()) == report


def test_evaluate_without_json_prints_a_table(kvae, run):
    result = kvae("evaluate", run, "--split", "validation")
    assert result.code == 0, result.err
    assert result.out.startswith("digits/validation, 180 examples, computed in float32\n")
    lines = dict(line.split(maxsplit=1) for line in result.out.splitlines()[2:])
    assert float(lines["elbo"]) < 0
    assert len(lines["kl_per_unit"].split()) == 8


def test_evaluate_without_options_leaves_out_the_likelihood(kvae_json, run):
    report = kvae_json("evaluate", run)
    assert set(report["metrics"]) == QUICK_VALUES | LONGER
    assert "--full" in report["skipped"]["nll"]


def test_evaluate_options_limit_samples_and_examples(kvae_json, run):
    report = kvae_json("evaluate", run, "--metric", "nll", "--samples", 7, "--first", 20)
    assert report["n"] == 20
    assert report["metrics"]["nll_samples"] == 7


@pytest.mark.parametrize(
    "options",
    [("--set", "nll.samples=7", "--set", "seed=3"), ("--samples", 7, "--seed", 3), ("--set", "samples=7", "--seed", 3)],
)
def test_evaluate_options_of_metrics_have_several_forms(kvae_json, run, options):
    values = kvae_json("evaluate", run, "--metric", "nll", "--first", 5, *options)["metrics"]
    expected = kvae_.open_trained(run).evaluate(["nll"], first=5, nll={"samples": 7}, seed=3)["metrics"]
    assert values == expected


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("nll.sample=7", "Did you mean nll.samples"),
        ("nll.samples=many", "Expected nll.samples of type int"),
        ("classifier=runs/x", "Expected an option of a metric"),
        ("seed", "expected NAME=VALUE"),
    ],
)
def test_evaluate_bad_option_of_a_metric_is_refused(kvae, run, setting, words):
    result = kvae("evaluate", run, "--metric", "nll", "--set", setting)
    assert result.code != 0
    assert words in result.err


def test_evaluate_list_metrics_shows_metrics_and_options(kvae):
    result = kvae("evaluate", "--list-metrics")
    assert result.code == 0
    assert "nll  " in result.out
    assert re.search(r"nll\.samples +2000 +Draws per example", result.out)


@pytest.mark.parametrize("words", [("--judge", "runs/x"), ("--judge=runs/x",)])
def test_evaluate_renamed_option_is_refused_with_its_new_name(kvae, words):
    result = kvae("evaluate", "nowhere", *words)
    assert (result.code, result.out, result.err) == (2, "", "Error: --judge is now called --classifier.\n")


def test_evaluate_one_metric_keeps_the_others_of_the_same_examples(kvae_json, run):
    whole = kvae_json("evaluate", run)
    part = kvae_json("evaluate", run, "--metric", "reconstruction")
    assert set(part["metrics"]) == {"mse", "mae", "ssim"}
    assert json.loads((run / "metrics.json").read_text())["metrics"] == whole["metrics"]
    other = kvae_json("evaluate", run, "--metric", "reconstruction", "--split", "train")
    assert set(json.loads((run / "metrics.json").read_text())["metrics"]) == set(other["metrics"])


def test_evaluate_unknown_metric_is_refused(kvae, run):
    result = kvae("evaluate", run, "--metric", "elb")
    assert result.code == 2
    assert "Expected metrics among accuracy, checkerboard, " in result.err
    assert "Did you mean elbo?" in result.err


def test_evaluate_prints_metrics_before_saving_fails(kvae, run, monkeypatch):

    def refuse(path, value):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("kvae.runs.run.write_json", refuse)
    result = kvae("evaluate", run, "--json")
    assert result.code == 1
    assert json.loads(result.out)["metrics"]
    assert result.err.splitlines()[-1].startswith("Error: Permission denied: ")


def test_evaluate_named_metrics_of_classes_draw_plots(kvae, kvae_json, run):
    named = ("--metric", "separation", "--metric", "attribution")
    metrics = kvae_json("evaluate", run, *named)["metrics"]
    assert metrics["attribution.accuracy"] > metrics["attribution.majority_baseline"]
    assert sum(metrics["attribution.confusion.0"]) > 10
    for name in ("latent-map.png", "attribution.png"):
        assert (run / "images" / name).stat().st_size > 1000


def test_evaluate_preset_draws_plots_into_a_folder_of_its_name(kvae_json, tmp_path):
    kvae_json("evaluate", "digits/vae", "--metric", "separation")
    assert [path.name for path in tmp_path.iterdir()] == ["digits-vae-plots"]
    assert [path.name for path in (tmp_path / "digits-vae-plots").iterdir()] == ["latent-map.png"]


def test_evaluate_out_is_the_folder_of_plots(kvae, run, tmp_path):
    result = kvae("evaluate", run, "--metric", "separation", "--out", "plots")
    assert result.code == 0, result.err
    assert [path.name for path in (tmp_path / "plots").iterdir()] == ["latent-map.png"]
    assert kvae("evaluate", run, "--out", run / "config.json").code == 2


def test_evaluate_skips_metrics_that_digits_do_not_have(kvae_json, run):
    report = kvae_json("evaluate", run, "--metric", "timeline", "--metric", "cross_encoding")
    assert report["metrics"] == {}
    assert report["skipped"] == {"timeline": "the data have no years", "cross_encoding": "VAE has one encoder"}


def test_evaluate_classifier_measures_attributes(kvae, kvae_json, classes, classifier):
    report = kvae_json("evaluate", classes, "--metric", "attributes", "--classifier", classifier)
    assert report["metrics"]["attributes.classifier"] == str(classifier)
    assert len(report["metrics"]["attributes.classifier_sha256"]) == 64
    names = {f"accuracy.generation.{digit}.{sampler}" for digit in range(10) for sampler in SAMPLERS}
    assert names <= set(report["metrics"])
    assert all(0 <= report["metrics"][f"{name}.low"] <= report["metrics"][name] for name in names)
    report = kvae_json("evaluate", classes, "--metric", "attributes")
    assert "attributes.classifier" not in report["metrics"]
    assert "needs a classifier" in report["skipped"]["attributes"]


def test_evaluate_classifier_run_reports_accuracy(kvae_json, classifier):
    report = kvae_json("evaluate", classifier)
    assert set(report["metrics"]) == {"accuracy", *(f"accuracy.{digit}" for digit in range(10))}
    assert report["metrics"]["accuracy"] > 0.5


def test_evaluate_features_compare_samples_with_training_images(kvae, kvae_json, run, classifier):
    named = ("--metric", "frechet", "--metric", "kernel", "--set", "kernel.subset_size=50", "--first", 60)
    values = kvae_json("evaluate", run, *named, "--features", classifier)["metrics"]
    assert values["frechet.features"] == str(classifier)
    assert values["frechet.images.prior"] == values["kernel.images.held_out"] == 60
    assert 0 < values["frechet.distance.held_out"] < values["frechet.distance.prior"]
    refused = kvae("evaluate", run, *named)
    assert (refused.code, refused.out) == (1, "")
    assert "no classifier is bundled. Give one with --features" in refused.err
