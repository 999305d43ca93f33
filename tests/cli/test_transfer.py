"""`kvae transfer`, `kvae evaluate --classifier` and `kvae train --warm-start`."""

import json

import numpy as np
import pytest
from PIL import Image

from kvae.plots.grids import grid
from kvae.runs import Run


def _sheet(path):
    return np.asarray(Image.open(path)).astype(int)


def test_transfer_row_goes_from_the_image_to_the_new_labels(kvae, attributes, tmp_path, held_out):
    assert kvae("transfer", attributes, "--label", "even=1", "-n", 3, "--steps", 3, "--out", "t.png").code == 0
    x, y = held_out
    odd = np.flatnonzero(y[:, 0] == 0)[:3]  # even digits have the new label already
    new = y[odd].copy()
    new[:, 0] = 1
    model = Run(attributes).load_model()
    way = [model.transfer(x[odd], y[odd], new, amount=a) for a in (0, 0.5, 1)]
    rows = np.stack([x[odd], *way], axis=1)
    assert np.abs(_sheet(tmp_path / "t.png") - np.asarray(grid(rows.reshape(-1, 8, 8, 1), 4)).astype(int)).max() <= 1


def test_transfer_animation_plays_forwards_and_backwards(kvae, attributes, tmp_path):
    assert kvae("transfer", attributes, "--label", "even=1", "--steps", 4, "--out", "t.gif").code == 0
    assert Image.open(tmp_path / "t.gif").n_frames == 6


def test_transfer_styles_take_w_of_other_images(kvae, classes, tmp_path, held_out_classes):
    assert kvae("transfer", classes, "--styles", 2, "-n", 3, "--out", "s.png").code == 0
    x, y = held_out_classes
    model = Run(classes).load_model()
    cells = [np.ones_like(x[:1]), x[:2]]
    for i in (2, 3, 4):
        restyled = model.restyle(x[[i, i]], y[[i, i]], x[:2], y[:2])
        cells += [x[i : i + 1], restyled]
    expected = np.asarray(grid(np.concatenate(cells), 3)).astype(int)
    assert np.abs(_sheet(tmp_path / "s.png") - expected).max() <= 1


def test_transfer_classifier_predicts_labels_of_files(kvae, classes, classifier, tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (8, 8), "uint8")).save(tmp_path / "me.png")
    assert kvae("transfer", classes, "me.png", "--label", "3", "--classifier", classifier, "--out", "t.png").code == 0
    assert (tmp_path / "t.png").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "expected either --label NAME=VALUE or --styles N."),
        (("--label", "3", "--styles", "2"), "expected either --label NAME=VALUE or --styles N."),
        (("--label", "13"), "Expected one of 0"),
        (("me.png", "--styles", "2"), "--styles takes held-out examples"),
    ],
)
def test_transfer_contradictory_arguments_are_refused(kvae, classes, arguments, sentence):
    result = kvae("transfer", classes, *arguments)
    assert result.code == 2
    assert sentence in result.err


def test_transfer_files_need_a_suitable_classifier(kvae, classes, attributes, classifier, trained, tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "me.png")
    result = kvae("transfer", classes, "me.png", "--label", "3")
    assert result.code == 1
    assert "--classifier " in result.err
    result = kvae("transfer", attributes, "me.png", "--label", "even=1", "--classifier", classifier)
    assert "without even, small" in result.err
    result = kvae("transfer", classes, "me.png", "--label", "3", "--classifier", trained)
    assert "Expected a classifier. Received: " in result.err
    result = kvae("transfer", trained, "--label", "3")
    assert "Expected a model that takes labels" in result.err
    result = kvae("transfer", attributes, "--styles", "2")
    assert "such as CSVAE" in result.err


def test_evaluate_classifier_measures_attributes(kvae, kvae_json, classes, classifier):
    report = kvae_json("evaluate", classes, "--metric", "attributes", "--classifier", classifier)
    names = {f"accuracy.generation.{digit}" for digit in range(10)}
    assert names <= set(report["metrics"])
    assert all(0 <= report["metrics"][f"{name}.low"] <= report["metrics"][name] for name in names)
    report = kvae_json("evaluate", classes, "--metric", "attributes")
    assert "needs a classifier" in report["skipped"]["attributes"]


def test_evaluate_classifier_run_reports_accuracy(kvae_json, classifier):
    report = kvae_json("evaluate", classifier)
    assert set(report["metrics"]) == {"accuracy", *(f"accuracy.{digit}" for digit in range(10))}
    assert report["metrics"]["accuracy"] > 0.5


def test_train_warm_start_takes_weights_of_another_run(kvae, trained, tmp_path):
    options = ("--set", "epochs=1", "--set", "learning_rate=1e-12")
    result = kvae("train", "digits/vae", *options, "--warm-start", trained, "--out", "warm")
    assert result.code == 0, result.err
    source, warm = (Run(path).load_model() for path in (trained, tmp_path / "warm"))
    for mine, theirs in zip(warm.encoder.get_weights(), source.encoder.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    assert json.loads((tmp_path / "warm" / "config.json").read_text())["warm_start"] == str(trained)


def test_train_warm_start_lists_arrays_that_do_not_fit(kvae, trained):
    result = kvae("train", "digits/vae", "--set", "epochs=1", "--set", "model.latent=3", "--warm-start", trained)
    assert "not taken: decoder/Dense 1 kernel: 3×" in result.err
    assert kvae("train", "digits/vae", "--warm-start", "nowhere").code == 1
    assert "none of them can be given" in kvae("train", "--resume", trained, "--warm-start", trained).err
