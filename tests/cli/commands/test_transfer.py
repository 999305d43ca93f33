"""`kvae transfer`: other labels, and styles of other images."""

import numpy as np
import pytest
from PIL import Image

import kvae as kvae_
from kvae.runs import Run
from tests.cli.sheets import shows


def test_transfer_row_goes_from_the_image_to_the_new_labels(kvae, attributes, tmp_path, held_out):
    assert kvae("transfer", attributes, "--label", "even=1", "-n", 3, "--steps", 3, "--out", "t.png").code == 0
    x, y = held_out
    odd = np.flatnonzero(y[:, 0] == 0)  # even digits have the new label already
    odd = odd[[0, (len(odd) - 1) // 2, -1]]  # from the whole data, because they may be sorted by class
    new = y[odd].copy()
    new[:, 0] = 1
    model = Run(attributes).load_model()
    steps = [model.transfer(x[odd], y[odd], new, amount=a) for a in (0, 0.5, 1)]
    assert shows(tmp_path / "t.png", *np.stack([x[odd], *steps], axis=1))


def test_transfer_sheet_names_the_class_of_each_image(classes, held_out_classes):
    y = [str(digit) for digit in held_out_classes[1] if digit != 3]
    sheet = kvae_.open_trained(classes).transfer(3, n=3)
    assert list(sheet.rows) == [y[0], y[(len(y) - 1) // 2], y[-1]]
    assert sheet.columns[0] == "x"


def test_restyle_sheet_names_the_class_of_each_image_and_style(classes, held_out_classes):
    y = [str(digit) for digit in held_out_classes[1]]
    sheet = kvae_.open_trained(classes).restyle(2, n=3)
    assert (list(sheet.columns), list(sheet.rows)) == (["", *y[:2]], ["", *y[2:5]])


def test_transfer_animation_plays_forwards_and_backwards(kvae, attributes, tmp_path):
    assert kvae("transfer", attributes, "--label", "even=1", "--steps", 4, "--out", "t.gif").code == 0
    assert Image.open(tmp_path / "t.gif").n_frames == 6


def test_transfer_styles_take_w_of_other_images(kvae, classes, tmp_path, held_out_classes):
    assert kvae("transfer", classes, "--styles", 2, "-n", 3, "--out", "s.png").code == 0
    x, y = held_out_classes
    model = Run(classes).load_model()
    rows = [np.concatenate([np.ones_like(x[:1]), x[:2]])]
    for i in (2, 3, 4):
        restyled = model.restyle(x[[i, i]], y[[i, i]], x[:2], y[:2])
        rows.append(np.concatenate([x[[i]], restyled]))
    assert shows(tmp_path / "s.png", *rows)


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
        ((".", "--styles", "2"), "--styles takes held-out examples"),
    ],
)
def test_transfer_with_contradictory_arguments_is_refused(kvae, classes, arguments, sentence):
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
