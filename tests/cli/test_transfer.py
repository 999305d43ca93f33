"""`kvae transfer`, `kvae evaluate --judge` and `kvae train --warm-start`."""

import json

import numpy as np
import pytest
from PIL import Image

from kvae.plots.grids import grid
from kvae.runs import Run


def _sheet(path):
    return np.asarray(Image.open(path)).astype(int)


def test_a_row_goes_from_the_picture_to_what_was_asked_for(kvae, attributes, tmp_path, held_out):
    assert kvae("transfer", attributes, "--label", "even=1", "-n", 3, "--steps", 3, "--out", "t.png").code == 0
    x, y = held_out
    odd = np.flatnonzero(y[:, 0] == 0)[:3]  # those that are even already would show nothing
    new = y[odd].copy()
    new[:, 0] = 1
    model = Run(attributes).load_model()
    way = [model.transfer(x[odd], y[odd], new, amount=a) for a in (0, 0.5, 1)]
    rows = np.stack([x[odd], *way], axis=1)
    assert np.abs(_sheet(tmp_path / "t.png") - np.asarray(grid(rows.reshape(-1, 8, 8, 1), 4)).astype(int)).max() <= 1


def test_an_animation(kvae, attributes, tmp_path):
    assert kvae("transfer", attributes, "--label", "even=1", "--steps", 4, "--out", "t.gif").code == 0
    assert Image.open(tmp_path / "t.gif").n_frames == 6  # there and back


def test_styles_are_w_of_other_pictures(kvae, classes, tmp_path, held_out_classes):
    assert kvae("transfer", classes, "--styles", 2, "-n", 3, "--out", "s.png").code == 0
    x, y = held_out_classes
    model = Run(classes).load_model()
    cells = [np.ones_like(x[:1]), x[:2]]
    for i in (2, 3, 4):
        restyled = model.restyle(x[[i, i]], y[[i, i]], x[:2], y[:2])
        cells += [x[i : i + 1], restyled]
    expected = np.asarray(grid(np.concatenate(cells), 3)).astype(int)
    assert np.abs(_sheet(tmp_path / "s.png") - expected).max() <= 1


def test_a_classifier_tells_the_labels_of_pictures_of_one_s_own(kvae, classes, classifier, tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (8, 8), "uint8")).save(tmp_path / "me.png")
    assert kvae("transfer", classes, "me.png", "--label", "3", "--judge", classifier, "--out", "t.png").code == 0
    assert (tmp_path / "t.png").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "expected --label NAME=VALUE, or --styles N."),
        (("--label", "3", "--styles", "2"), "expected --label NAME=VALUE, or --styles N."),
        (("--label", "13"), "expected one of 0"),
        (("me.png", "--styles", "2"), "styles are swapped between held-out examples"),
    ],
)
def test_what_is_asked_must_be_one_thing(kvae, classes, arguments, sentence):
    result = kvae("transfer", classes, *arguments)
    assert result.code == 2
    assert sentence in result.err


def test_pictures_without_labels_need_a_judge(kvae, classes, attributes, classifier, trained, tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "me.png")
    result = kvae("transfer", classes, "me.png", "--label", "3")
    assert result.code == 1
    assert "--judge RUN" in result.err
    result = kvae("transfer", attributes, "me.png", "--label", "even=1", "--judge", classifier)
    assert "without even, small" in result.err
    result = kvae("transfer", classes, "me.png", "--label", "3", "--judge", trained)
    assert "Expected the run of a classifier" in result.err
    result = kvae("transfer", trained, "--label", "3")
    assert "Expected a model that takes labels" in result.err
    result = kvae("transfer", attributes, "--styles", "2")
    assert "such as CSVAE" in result.err


def test_a_judge_says_what_generated_pictures_show(kvae, kvae_json, classes, classifier):
    report = kvae_json("evaluate", classes, "--metric", "attributes", "--judge", classifier)
    names = {f"accuracy.generation.{digit}" for digit in range(10)}
    assert names <= set(report["metrics"])
    assert all(0 <= report["metrics"][f"{name}.low"] <= report["metrics"][name] for name in names)
    report = kvae_json("evaluate", classes, "--metric", "attributes")
    assert "needs a classifier" in report["skipped"]["attributes"]


def test_a_classifier_is_judged_by_its_accuracy(kvae_json, classifier):
    report = kvae_json("evaluate", classifier)
    assert set(report["metrics"]) == {"accuracy", *(f"accuracy.{digit}" for digit in range(10))}
    assert report["metrics"]["accuracy"] > 0.5


def test_training_begins_with_another_run_s_weights(kvae, trained, tmp_path):
    options = ("--set", "epochs=1", "--set", "learning_rate=1e-12")
    result = kvae("train", "digits/vae", *options, "--warm-start", trained, "--out", "warm")
    assert result.code == 0, result.err
    source, warm = (Run(path).load_model() for path in (trained, tmp_path / "warm"))
    for mine, theirs in zip(warm.encoder.get_weights(), source.encoder.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    assert json.loads((tmp_path / "warm" / "config.json").read_text())["warm_start"] == str(trained)


def test_what_does_not_fit_is_said(kvae, trained):
    result = kvae("train", "digits/vae", "--set", "epochs=1", "--set", "model.latent=3", "--warm-start", trained)
    assert "not taken: decoder/Dense 1 kernel: 3×" in result.err
    assert kvae("train", "digits/vae", "--warm-start", "nowhere").code == 1
    assert "none of them" in kvae("train", "--resume", trained, "--warm-start", trained).err
