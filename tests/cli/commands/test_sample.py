"""`kvae sample`: files of samples, and their labels."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from kvae.runs import Run
from tests.cli.sheets import SIDE


def _samples(run, y):
    """Return samples with the labels `y`, from the sampler of the run."""
    return Run(run).load_model().sample(len(y), y, seed=0, sampler=Run(run).load_sampler())


def test_sample_by_default_writes_a_sheet_into_the_run(kvae, run):
    result = kvae("sample", run)
    assert result.code == 0, result.err
    assert str(run / "images/samples.png") in result.out
    assert Image.open(run / "images/samples.png").size == (8 * SIDE - 2, 8 * SIDE - 2)


def test_sample_arrays_depend_on_the_seed(kvae, trained, tmp_path):
    def sample(name, *options):
        assert kvae("sample", trained, "-n", 5, "--out", name, *options).code == 0
        return np.load(tmp_path / name)["x"]

    first = sample("a.npz")
    assert first.shape == (5, 8, 8, 1)
    assert np.array_equal(first, sample("b.npz"))
    assert not np.array_equal(first, sample("c.npz", "--seed", 1))
    cold = sample("d.npz", "--temperature", 0)
    assert np.allclose(cold, cold[:1], atol=1e-5)


def test_sample_into_a_folder_writes_one_file_per_image(kvae, trained, tmp_path):
    assert kvae("sample", trained, "-n", 11, "--out", "faces").code == 0
    assert sorted(path.name for path in (tmp_path / "faces").iterdir()) == [f"{i:02d}.png" for i in range(11)]
    assert Image.open(tmp_path / "faces/00.png").size == (8, 8)
    again = kvae("sample", trained, "-n", 3, "--out", "faces")
    assert again.code == 2
    assert "expected a new or empty folder" in again.err


@pytest.mark.parametrize("out", ["sheet.jpg", "there"])
def test_sample_refuses_unsuitable_files(kvae, trained, tmp_path, out):
    (tmp_path / "there").write_text("mine")
    assert kvae("sample", trained, "--out", out).code == 2
    assert (tmp_path / "there").read_text() == "mine"


def test_sample_infinite_temperature_is_refused(kvae, trained):
    assert kvae("sample", trained, "--temperature", "inf").code == 2


def test_sample_by_default_takes_labels_of_held_out_examples(kvae, attributes, tmp_path, held_out):
    assert kvae("sample", attributes, "-n", 200, "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    _, y = held_out
    assert np.array_equal(found["y"], np.concatenate([y, y])[:200])  # 180 labels, then from the start again
    assert np.array_equal(found["x"], _samples(attributes, found["y"]))


def test_sample_named_attribute_holds_for_all_samples(kvae, attributes, tmp_path, held_out):
    assert kvae("sample", attributes, "-n", 50, "--label", "small=0", "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    _, y = held_out
    assert np.array_equal(found["y"][:, 0], y[np.linspace(0, len(y) - 1, 50).astype(int), 0])
    assert not found["y"][:, 1].any()
    assert np.array_equal(found["x"], _samples(attributes, found["y"]))


@pytest.mark.parametrize("options", [("even=1,small=0",), (" small=0, even = 1",), ("small=0", "even=1")])
def test_sample_attributes_may_be_named_in_one_or_several_options(kvae, attributes, tmp_path, options):
    options = [word for option in options for word in ("--label", option)]
    assert kvae("sample", attributes, "-n", 3, "--out", "x.npz", *options).code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [[1, 0]] * 3


def test_sample_class_by_number_holds_for_all_samples(kvae, classes, tmp_path):
    assert kvae("sample", classes, "-n", 3, "--label", 7, "--out", "x.npz").code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [7, 7, 7]


def test_sample_with_labels_writes_a_sheet(kvae, attributes, tmp_path):
    assert kvae("sample", attributes, "-n", 4, "--label", "even=1", "--out", "x.png").code == 0
    with Image.open(tmp_path / "x.png") as sheet:
        assert sheet.width == 130
        assert sheet.height > 130  # a caption
        assert sheet.text["seed"] == "0"
        assert sheet.text["model"] == str(attributes)
        assert sheet.text["command"].startswith("kvae ")


def test_sample_columns_and_scale_change_the_sheet(kvae, trained, tmp_path):
    assert kvae("sample", trained, "-n", 4, "--columns", 4, "--scale", 1, "--out", "x.png").code == 0
    assert Image.open(tmp_path / "x.png").size == (4 * 10 - 2, 8)


@pytest.mark.parametrize("label", ["1", "first ≥ 10"])
def test_sample_attribute_with_two_names_takes_name_or_number(kvae, points, tmp_path, label):
    assert kvae("sample", points, "-n", 5, "--label", label, "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    assert found["x"].shape == (5, 3)
    assert found["y"].tolist() == [1] * 5


@pytest.mark.parametrize(
    ("model", "label", "sentence"),
    [
        ("attributes", "evn=1", "Expected an attribute among even, small. Received: evn. Did you mean even?"),
        ("attributes", "even=2", "Expected even=0 or even=1. Received: even=2."),
        ("attributes", "even=yes", "Expected even=0 or even=1. Received: even=yes."),
        ("attributes", "even", "Expected NAME=0 or NAME=1, with a NAME among even, small. Received: even."),
        ("attributes", "1", "Expected NAME=0 or NAME=1, with a NAME among even, small. Received: 1."),
        ("attributes", "even=1,even=0", "Expected one value of even. Received: 0 and 1."),
        ("classes", "10", "Expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9. Received: 10."),
        ("classes", "digit=1", "Expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9. Received: digit=1."),
        ("classes", "1,2", "Expected one class. Received: 1, 2."),
        ("points", "2", "Expected one of 0 (first < 10), 1 (first ≥ 10). Received: 2."),
        ("trained", "1", "Expected no labels, because VAE takes none."),
    ],
)
def test_sample_unknown_label_is_refused(kvae, request, tmp_path, model, label, sentence):
    result = kvae("sample", request.getfixturevalue(model), "--label", label, "--out", "x.npz")
    assert result.code == 2
    assert result.err.splitlines()[-1] == f"Error: {sentence}"
    assert not (tmp_path / "x.npz").exists()


def test_sample_model_without_labels_needs_no_data(kvae, trained, no_data):
    assert kvae("sample", trained, "--out", "x.png").code == 0


def test_sample_with_all_labels_named_needs_no_data(kvae, attributes, classes, tmp_path, no_data):
    for run, label, y in ((attributes, "even=0,small=1", [0, 1]), (classes, 4, 4)):
        assert kvae("sample", run, "-n", 2, "--label", label, "--out", "x.npz").code == 0
        found = np.load(tmp_path / "x.npz")
        assert found["y"].tolist() == [y, y]
        assert np.array_equal(found["x"], _samples(run, found["y"]))


def test_sample_run_without_label_names_takes_them_from_the_data(kvae, attributes, tmp_path):
    run = shutil.copytree(attributes, tmp_path / "old")
    config = json.loads((run / "config.json").read_text())
    del config["data"]["labels"]
    (run / "config.json").write_text(json.dumps(config))
    assert kvae("sample", run, "-n", 2, "--label", "even=0,small=1", "--out", "x.npz").code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [[0, 1], [0, 1]]


def test_sample_uses_the_sampler_of_the_run_or_the_prior(kvae, trained, tmp_path):
    by_default = kvae("sample", trained, "-n", 3, "--out", "a.npz")
    assert by_default.out == "3 samples (sampler: mixture): a.npz\n"
    prior = kvae("sample", trained, "-n", 3, "--sampler", "prior", "--out", "b.npz")
    assert prior.out == "3 samples (sampler: prior): b.npz\n"
    found = [np.load(tmp_path / name)["x"] for name in ("a.npz", "b.npz")]
    model, sampler = Run(trained).load_model(), Run(trained).load_sampler()
    assert np.array_equal(found[0], model.sample(3, seed=0, sampler=sampler))
    assert np.array_equal(found[1], model.sample(3, seed=0))
    kvae("sample", trained, "-n", 3, "--out", "c.png")
    assert Image.open(tmp_path / "c.png").text["sampler"] == "mixture"


def test_sample_with_a_sampler_that_was_not_fitted_is_refused(kvae, trained):
    result = kvae("sample", trained, "--sampler", "normal")
    assert result.code == 2
    assert result.err == (
        f"Error: Expected a sampler of {trained}: prior, mixture. Received: sampler=normal. "
        f"Fit one: kvae fit-sampler {trained} normal\n"
    )
