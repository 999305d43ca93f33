"""Figures of a trained run."""

import json

FIGURES = {"elbo", "elbo_se", "rate", "distortion", "mse", "mae", "ssim", "active_units", "kl_per_unit"}
LONGER = {"diversity", "diversity_samples", "diversity_examples"}
LIKELIHOOD = {"nll", "nll_se", "nll_samples", "bits_per_pixel", "bits_per_dim"}


def test_keeps_what_it_prints(kvae_json, run):
    report = kvae_json("evaluate", run)
    assert report["recipe"] == "digits/vae"
    assert report["data"] == "digits/test"
    assert report["n"] == 180
    assert set(report["metrics"]) == FIGURES | LONGER | LIKELIHOOD
    assert report["metrics"]["nll_samples"] == 2000
    assert -report["metrics"]["elbo"] > report["metrics"]["nll"] > 0
    assert report["metrics"]["bits_per_dim"] == report["metrics"]["bits_per_pixel"]  # one channel of 17 levels
    assert json.loads((run / "metrics.json").read_text()) == report


def test_prints_a_table(kvae, run):
    result = kvae("evaluate", run, "--split", "validation")
    assert result.code == 0, result.err
    assert result.out.startswith("digits/validation, 180 examples\n")
    lines = dict(line.split(maxsplit=1) for line in result.out.splitlines()[2:])
    assert float(lines["elbo"]) < 0
    assert len(lines["kl_per_unit"].split()) == 8


def test_fewer_samples_of_fewer_examples(kvae_json, run):
    report = kvae_json("evaluate", run, "--metric", "nll", "--samples", 7, "--first", 20)
    assert report["n"] == 20
    assert report["metrics"]["nll_samples"] == 7


def test_one_metric_keeps_the_others_of_the_same_examples(kvae_json, run):
    whole = kvae_json("evaluate", run)
    part = kvae_json("evaluate", run, "--metric", "reconstruction")
    assert set(part["metrics"]) == {"mse", "mae", "ssim"}
    assert json.loads((run / "metrics.json").read_text())["metrics"] == whole["metrics"]
    other = kvae_json("evaluate", run, "--metric", "reconstruction", "--split", "train")
    assert set(json.loads((run / "metrics.json").read_text())["metrics"]) == set(other["metrics"])


def test_an_unknown_metric(kvae, run):
    result = kvae("evaluate", run, "--metric", "elb")
    assert result.code == 2
    assert "expected checkerboard, " in result.err


def test_figures_are_shown_before_they_cannot_be_kept(kvae, run, monkeypatch):
    from kvae import runs

    def refuse(path, value):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(runs, "write_json", refuse)
    result = kvae("evaluate", run, "--json")
    assert result.code == 1
    assert json.loads(result.out)["metrics"]
    assert result.err.splitlines()[-1].startswith("Error: No permission: ")


def test_pictures_beside_figures_of_classes(kvae, kvae_json, run):
    asked = ("--metric", "separation", "--metric", "attribution")
    figures = kvae_json("evaluate", run, *asked)["metrics"]
    assert figures["attribution.accuracy"] > figures["attribution.majority_baseline"]
    assert sum(figures["attribution.confusion.0"]) > 10
    for name in ("latent-map.png", "attribution.png"):
        assert (run / "pictures" / name).stat().st_size > 1000


def test_digits_have_no_years(kvae_json, run):
    report = kvae_json("evaluate", run, "--metric", "timeline", "--metric", "cross_encoding")
    assert report["metrics"] == {}
    assert report["skipped"] == {"timeline": "the data have no years", "cross_encoding": "VAE has one encoder"}
