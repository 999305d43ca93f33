"""`kvae compare`: several runs in one figure and one table."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.plots import comparison
from kvae.runs import Run


def test_compare_writes_a_figure_and_prints_a_table(kvae, run, trained, tmp_path):
    result = kvae("compare", trained, run)
    assert result.code == 0, result.err
    assert Image.open(tmp_path / "compare.png").width == 1440
    rows = [line.split() for line in result.out.splitlines()]
    metrics = json.loads((trained / "metrics.json").read_text())["metrics"]
    (elbo,) = (row[1:] for row in rows if row and row[0] == "elbo")
    assert elbo == [f"{metrics['elbo']:.5g}"] * 2
    assert rows[-1] == ["compare.png"]


def test_compare_json_lists_a_run_once(kvae_json, trained):
    report = kvae_json("compare", trained, trained, "--out", "figure.svg")
    (entry,) = report["runs"]  # the same run twice is one
    assert entry["run"] == str(trained)
    assert entry["data"] == "digits/validation"
    assert entry["metrics"]["epochs"] == 2
    assert entry["samplers"] == ["prior", "mixture"]
    assert report["out"] == "figure.svg"


def test_compare_presets_and_a_run_have_equal_metrics(kvae, trained, tmp_path, monkeypatch):
    for place in ("deep/mine", "cache/models/snapshots/0"):
        assert kvae("export", trained, place).code == 0
    monkeypatch.setattr("kvae.presets.layout.download", lambda repo, files: tmp_path / "cache/models/snapshots/0")
    result = kvae("compare", "deep/mine", "hf://me/digits", trained)
    assert result.code == 0, result.err
    header, *rows = result.out.splitlines()
    mine, *names = header.split()
    assert mine.endswith("deep/mine")
    assert names == ["hf://me/digits", f"{trained.parent.name}/{trained.name}"]
    rows = dict(row.split(maxsplit=1) for row in rows if " " in row)
    for name in ("data", "epochs", "elbo", "mse"):
        assert len(set(rows[name].split())) == 1, name


def test_compare_unfinished_run_without_data_has_no_reconstructions(kvae, run, trained):
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "recipe": "mnist/conv_vae", "parameters": {}}))
    (run / "model.keras").unlink()
    (run / "metrics.json").unlink()
    result = kvae("compare", trained, run)
    assert result.code == 0, result.err
    assert "No reconstructions of " in result.err


def test_compare_names_leave_out_common_folders(kvae, run, tmp_path):
    shutil.copytree(run, tmp_path / "deep/a")
    shutil.move(run, tmp_path / "deep/b")
    header = kvae("compare", "deep/a", "deep/b").out.splitlines()[0]
    assert header.split() == ["a", "b"]


@pytest.fixture
def compared(monkeypatch):
    """The contenders that `kvae compare` draws, by name."""
    contenders = {}
    monkeypatch.setattr(comparison, "save_comparison", lambda out, found: contenders.update({c.name: c for c in found}))
    return contenders


def test_compare_samples_have_labels_of_held_out_examples(kvae, attributes, compared, held_out):
    assert kvae("compare", attributes).code == 0
    (contender,) = compared.values()
    y = held_out[1][: len(contender.x)]
    model, y = Run(attributes).load_model(), np.concatenate([y, y])
    for name, sampler in {"prior": None, "mixture": Run(attributes).load_sampler()}.items():
        assert np.array_equal(contender.samples.pop(name), model.sample(len(y), y, seed=0, sampler=sampler))
    assert not contender.samples


def test_compare_and_export_take_settings_of_the_data(kvae, trained):
    result = kvae("compare", trained, "--set", "data.limit=300")
    assert result.code == 0
    assert "The data in digits differ" in result.err
    result = kvae("export", trained, "preset", "--set", "model.latent=2")
    assert result.code != 0
    assert "Expected settings of data, such as data.path. Received: model.latent." in result.err


def test_compare_classifier_shows_curves_only(kvae, classifier, compared):
    assert kvae("compare", classifier).code == 0
    (contender,) = compared.values()
    assert "loss" in contender.history
    assert contender.samples == {}


def test_compare_labelled_model_without_data_has_no_images(kvae, attributes, compared, monkeypatch):
    from kvae.errors import UserError

    def missing(name, **options):
        raise UserError("Expected digits. Received: none.")

    monkeypatch.setattr(data, "load", missing)
    result = kvae("compare", attributes)
    assert result.code == 0
    assert "No reconstructions and samples of run: Expected digits." in result.err
    (contender,) = compared.values()
    assert contender.x_hat is None
    assert contender.samples == {}
