"""Runs side by side."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from kvae.plots.comparison import Contender, image_counts, save_comparison, summary

HISTORY = {
    "epoch": np.array([1.0, 2.0]),
    "val_elbo": np.array([-9.0, -7.0]),
    "rate": np.array([1.0, 2.0]),
    "active_units": np.array([0.0, 3.0]),
    "posterior_std_min": np.array([0.5, 0.1]),
    "posterior_std_max": np.array([1.0, 1.0]),
}


def test_one_figure_and_one_table(kvae, run, trained, tmp_path):
    result = kvae("compare", trained, run)
    assert result.code == 0, result.err
    assert Image.open(tmp_path / "compare.png").width == 1440
    rows = [line.split() for line in result.out.splitlines()]
    metrics = json.loads((trained / "metrics.json").read_text())["metrics"]
    (elbo,) = (row[1:] for row in rows if row and row[0] == "elbo")
    assert elbo == [f"{metrics['elbo']:.5g}"] * 2
    assert rows[-1] == ["compare.png"]


def test_json(kvae_json, trained):
    report = kvae_json("compare", trained, trained, "--out", "figure.svg")
    (entry,) = report["runs"]  # the same run twice is one
    assert entry["run"] == str(trained)
    assert entry["data"] == "digits/validation"
    assert entry["metrics"]["epochs"] == 2
    assert report["out"] == "figure.svg"


def test_presets_beside_a_run(kvae, trained, tmp_path, monkeypatch):
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


def test_unfinished_runs_and_missing_data(kvae, run, trained):
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "recipe": "mnist/conv_vae", "parameters": {}}))
    (run / "model.keras").unlink()
    (run / "metrics.json").unlink()
    result = kvae("compare", trained, run)
    assert result.code == 0, result.err
    assert "No reconstructions of " in result.err


def test_names_without_what_is_common(kvae, run, tmp_path):
    shutil.copytree(run, tmp_path / "deep/a")
    shutil.move(run, tmp_path / "deep/b")
    header = kvae("compare", "deep/a", "deep/b").out.splitlines()[0]
    assert header.split() == ["a", "b"]


def test_figures_come_from_metrics_or_else_from_the_last_epoch():
    assert summary(Contender("a", HISTORY, {"elbo": -6.5})) == {
        "epochs": 2,
        "elbo": -6.5,
        "rate": 2.0,
        "active_units": 3,
        "posterior_std_min": 0.1,
        "posterior_std_max": 1.0,
    }
    assert summary(Contender("a", {})) == {}


def test_the_validation_loss_is_averaged_over_all_epochs():
    row = summary(Contender("a", {"epoch": np.array([1, 2]), "val_loss": np.array([4.0, 2.0])}))
    assert (row["mean_val_loss"], row["loss"]) == (3.0, 2.0)


@pytest.mark.parametrize("n", [1, 4, 9])
def test_any_number_of_contenders(tmp_path, rng, n):
    examples, samples = image_counts(n)
    x = rng.random((examples, 8, 8, 1))
    some = [Contender(f"run {i}", HISTORY, {}, x, x, rng.random((samples, 8, 8, 3))) for i in range(n)]
    save_comparison(tmp_path / "many.png", [*some, Contender("no pictures", {})])
    assert Image.open(tmp_path / "many.png").height > 500


def test_large_pictures_are_also_shown_enlarged(tmp_path, rng):
    heights = []
    for side in (32, 64):
        x = rng.random((8, side, side, 3))
        save_comparison(tmp_path / f"{side}.png", [Contender("a", HISTORY, {}, x, x)])
        heights.append(Image.open(tmp_path / f"{side}.png").height)
    assert heights[1] > 1.2 * heights[0]


def test_runs_without_pictures(tmp_path):
    save_comparison(tmp_path / "curves.png", [Contender("a", HISTORY)])
    assert (tmp_path / "curves.png").is_file()
