"""Trained models opened with their recipes and data."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

import kvae
from kvae import presets
from kvae.errors import ChoiceError, UserError
from tests.conftest import ROOT


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


def test_repr_of_a_trained_model_names_it_and_its_recipe(digits):
    assert repr(digits) == "<preset digits/vae of the recipe digits/vae>"


def test_evaluate_takes_one_name(digits):
    assert set(digits.evaluate("reconstruction", first=5)["metrics"]) == {"mse", "mae", "ssim"}


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


def test_card_that_asks_for_larger_images_than_the_model_takes_is_refused(tmp_path, monkeypatch):
    folder = shutil.copytree(presets.Preset("digits/vae").path, tmp_path / "mine")
    card = json.loads((folder / "card.json").read_text())
    large = {"recipe": "folder/conv_vae", "parameters": {"data.path": str(tmp_path / "images"), "data.size": 64}}
    (folder / "card.json").write_text(json.dumps(card | large | {"versions": {}, "format": 2}))
    for i in range(10):
        (tmp_path / "images").mkdir(exist_ok=True)
        Image.fromarray(np.full((8, 8), 20 * i, np.uint8)).save(tmp_path / "images" / f"{i}.png")
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(UserError, match=r"at most 64 values, which the model takes\. Received: images of 64 × 64"):
        _ = kvae.open_trained(folder).dataset
    assert sum(file.stat().st_size for file in (tmp_path / "cache").rglob("*")) < 10_000


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


def test_condition_of_a_labelled_model_copies_labels_spread_over_the_held_out_data(points, monkeypatch):
    monkeypatch.delitem(points.config, "held_out_labels")  # the card's labels have precedence
    held_out = points.batches().y
    (y,) = points.condition(5)
    assert np.array_equal(y, held_out[np.linspace(0, len(held_out) - 1, 5).astype(int)])
    (y,) = points.condition(len(held_out) + 2)
    assert np.array_equal(y, [*held_out, *held_out[:2]])
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
    assert sheet.rows == ("A", 1.0, 0.0, "B")
    np.testing.assert_array_equal(sheet.images[0], digits.images_of("3", 4))
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
    assert samples.below == []  # all have the same label
    mixed = points.sample(60)
    assert [[points.label_names[k]] for k in mixed.y] == mixed.below


def test_pick_number_of_no_example_is_refused(digits):
    for number in (-1, 180):
        with pytest.raises(UserError, match=rf"Expected an example of digits/test, 0 to 179\. Received: {number}"):
            digits.pick(number)
    with pytest.raises(UserError, match="Received: -3"):
        digits.interpolate(-3, 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda digits: digits.sample(-1),
        lambda digits: digits.sample(2.5),
        lambda digits: digits.reconstruct(n=0),
        lambda digits: digits.traverse(steps=0),
        lambda digits: digits.interpolate(steps=-1),
        lambda digits: digits.blend("3", "8", n=-1),
        lambda digits: digits.evaluate(["reconstruction"], first=-1),
    ],
)
def test_numbers_below_one_are_refused(digits, call):
    with pytest.raises(UserError, match="Expected an integer of at least"):
        call(digits)


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


def test_labels_of_a_preset_need_no_data(points, tmp_path, monkeypatch):
    folder = kvae.recipes.Trained(points.source, "points").source.path
    copy = shutil.copytree(folder, tmp_path / "mine")
    card = json.loads((copy / "card.json").read_text())
    assert len(card["held_out_labels"].split()) == 256
    (copy / "card.json").write_text(json.dumps(card | {"held_out_labels": "1 1 0"}))
    monkeypatch.setattr(kvae.data, "load", lambda name, **options: pytest.fail(f"{name} is loaded"))
    assert kvae.open_trained(copy).sample(4).y.tolist() == [1, 1, 0, 1]


def test_settings_change_the_data_of_a_model_and_nothing_else():
    fewer = kvae.open_trained("swiss_roll/csvae", {"data.n": 100})
    assert len(fewer.dataset.train) == 100
    with pytest.raises(ChoiceError, match=r"Expected settings of data.*Received: model.hidden"):
        kvae.open_trained("swiss_roll/csvae", {"model.hidden": 3})


def test_read_arrays_of_an_npz_file(digits, tmp_path):
    (x,) = digits.examples(3)
    np.savez(tmp_path / "digits.npz", x=(255 * x).round().astype("uint8"))
    np.testing.assert_allclose(digits.read([tmp_path / "digits.npz"]), x, atol=1e-6)
    np.savez(tmp_path / "wrong.npz", x=x[:, :4])
    with pytest.raises(UserError, match="Expected x of shape"):
        digits.read([tmp_path / "wrong.npz"])


@pytest.mark.parametrize(("version", "expected"), [("0.1.0", "cannot be compared"), ("0.2.0", "differ from the data")])
def test_open_trained_with_another_fingerprint_warns_with_the_reason(version, expected, tmp_path, caplog):
    run = shutil.copytree(ROOT / "tests" / "fixtures" / "runs" / "0.1.0" / "digits_vae", tmp_path / "run")
    config = json.loads((run / "config.json").read_text())
    config["data"]["fingerprint"] = "0" * 64
    config["versions"]["kvae"] = version
    if version != "0.1.0":
        config["parameters"] = {}
    (run / "config.json").write_text(json.dumps(config))
    assert len(kvae.open_trained(run).dataset.train) > 0
    assert expected in caplog.text
