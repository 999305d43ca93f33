"""Trained models opened with their recipes and data."""

import json
import shutil

import numpy as np
import pytest

import kvae
from kvae import presets
from kvae.errors import ChoiceError, UserError


@pytest.fixture(scope="module")
def digits():
    """The bundled preset of digits. Tests must not change it."""
    return kvae.open_trained("digits/vae")


@pytest.fixture(scope="module")
def points():
    """The bundled preset of labelled points. Tests must not change it."""
    return kvae.open_trained("swiss_roll/csvae")


def test_open_trained_unknown_source_is_refused():
    with pytest.raises(UserError, match="nowhere"):
        kvae.open_trained("nowhere")


def test_open_trained_incomplete_card_is_refused(tmp_path):
    folder = shutil.copytree(presets.Preset("digits/vae").path, tmp_path / "mine")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"parameters": None}))
    with pytest.raises(UserError, match="incomplete: it lacks parameters"):
        kvae.open_trained(folder)


def test_recipe_file_of_a_preset_is_not_run(tmp_path):
    folder = shutil.copytree(presets.Preset("digits/vae").path, tmp_path / "mine")
    (tmp_path / "evil.py").write_text("raise SystemExit('it ran')")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"recipe": str(tmp_path / "evil.py")}))
    with pytest.raises(UserError, match="Files are not run for presets"):
        _ = kvae.open_trained(folder).dataset


def test_batches_are_the_splits_of_the_data(digits):
    assert list(digits.splits) == ["test", "validation", "train"]
    assert len(digits.batches().x) == 180
    assert len(digits.batches("train", first=7).x) == 7
    with pytest.raises(ChoiceError, match="split=tests"):
        digits.batches("tests")


def test_evaluate_options_reach_the_metrics(digits):
    report = digits.evaluate(["nll", "reconstruction"], first=5, nll={"samples": 3}, seed=1)
    assert (report["model"], report["data"], report["n"]) == ("digits/vae", "digits/test", 5)
    assert report["metrics"]["nll_samples"] == 3
    assert report["metrics"]["mse"] > 0


def test_evaluate_with_a_model_that_is_no_classifier_is_refused(digits):
    with pytest.raises(UserError, match=r"Expected a classifier\. Received: digits/vae, a VAE"):
        digits.evaluate(["attributes"], classifier="digits/vae")


def test_condition_of_a_labelled_model_copies_held_out_labels(points):
    (y,) = points.condition(5)
    assert np.array_equal(y, points.batches().y[:5])
    (y,) = points.condition(3, labels=1)
    assert y.tolist() == [1, 1, 1]


def test_condition_of_a_model_without_labels_is_empty(digits):
    assert digits.condition(5) == ()
    with pytest.raises(ChoiceError, match="VAE takes none"):
        digits.condition(5, labels=3)


def test_traverse_rows_are_units_and_columns_offsets(digits):
    sheet = digits.traverse(units=[2, 0], steps=3, span=2.0)
    assert sheet.images.shape == (2, 3, 8, 8, 1)
    assert sheet.rows == [2, 0]
    assert sheet.columns == [-2.0, 0.0, 2.0]
    np.testing.assert_allclose(sheet.images[0, 1], sheet.images[1, 1], atol=1e-6)


def test_blend_of_two_classes_with_weights_has_a_row_for_each(digits):
    sheet = digits.blend("3", 8, [0.0, 1.0], n=4)
    assert sheet.images.shape == (4, 4, 8, 8, 1)
    assert sheet.rows == ("b", 0.0, 1.0, "a")
    assert set(sheet.metrics) == {"negation_correlation", "negation_change"}
    with pytest.raises(ChoiceError, match="negate=grey"):
        digits.blend("3", 8, negate="grey")


def test_blend_arrays_equals_blend_of_labels(digits):
    test = digits.batches()
    a, b = (test.take(np.flatnonzero(test.labels == digit)[:3]) for digit in (3, 8))
    np.testing.assert_array_equal(digits.blend(a, b).images, digits.blend("3", "8", n=3).images)


def test_reconstruct_reports_errors_of_the_images(digits):
    sheet = digits.reconstruct(n=5)
    (x,) = digits.examples(5)
    assert sheet.count == 5
    assert sheet.metrics["mse"] == pytest.approx(np.mean((x - digits.model.reconstruct(x)) ** 2))


def test_sample_of_points_has_labels(points):
    samples = points.sample(4, labels=1)
    assert samples.x.shape == (4, 3)
    assert samples.y.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("method", ["traverse", "interpolate", "reconstruct"])
def test_images_of_a_model_of_points_are_refused(points, method):
    with pytest.raises(UserError, match=r"Expected a model of images\. Received: swiss_roll/csvae"):
        getattr(points, method)()


def test_transfer_of_a_model_without_labels_is_refused(digits):
    with pytest.raises(UserError, match="Expected a model that takes labels"):
        digits.transfer(3)


def test_export_of_a_preset_is_refused(digits, tmp_path):
    with pytest.raises(UserError, match="a preset already"):
        digits.export(tmp_path / "mine")
