"""Models of labelled data from the command line: what --label says, and whose labels are taken without it."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.cli import label_option as labels_
from kvae.distributions import BinaryLabels, ClassLabels
from kvae.plots import comparison
from kvae.plots.grids import grid, pairs
from kvae.runs import Run


def same(sheet, *images):
    """Whether the file holds these rows of pictures, but for a grey level that rounding may move."""
    rows = np.asarray(grid(np.concatenate(images), len(images[0]))).astype(int)
    return np.abs(np.asarray(Image.open(sheet)) - rows).max() <= 1


# ------------------------------------------------------------------ sample


def test_samples_have_the_labels_of_held_out_examples_in_order(kvae, attributes, tmp_path, held_out):
    assert kvae("sample", attributes, "-n", 200, "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    _, y = held_out
    assert np.array_equal(found["y"], np.concatenate([y, y])[:200])  # 180, and over again
    assert np.array_equal(found["x"], Run(attributes).load_model().sample(200, found["y"], seed=0))


def test_an_attribute_that_is_named_is_that_of_all_samples(kvae, attributes, tmp_path, held_out):
    assert kvae("sample", attributes, "-n", 50, "--label", "small=0", "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    assert np.array_equal(found["y"][:, 0], held_out[1][:50, 0])
    assert not found["y"][:, 1].any()
    assert np.array_equal(found["x"], Run(attributes).load_model().sample(50, found["y"], seed=0))


@pytest.mark.parametrize("options", [("even=1,small=0",), (" small=0, even = 1",), ("small=0", "even=1")])
def test_attributes_stand_side_by_side_or_in_options_of_their_own(kvae, attributes, tmp_path, options):
    options = [word for option in options for word in ("--label", option)]
    assert kvae("sample", attributes, "-n", 3, "--out", "x.npz", *options).code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [[1, 0]] * 3


def test_a_class(kvae, classes, tmp_path):
    assert kvae("sample", classes, "-n", 3, "--label", 7, "--out", "x.npz").code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [7, 7, 7]


def test_a_sheet_of_samples(kvae, attributes, tmp_path):
    assert kvae("sample", attributes, "-n", 4, "--label", "even=1", "--out", "x.png").code == 0
    assert Image.open(tmp_path / "x.png").size == (130, 130)


@pytest.mark.parametrize("label", ["1", "first ≥ 10"])
def test_an_attribute_without_a_name(kvae, points, tmp_path, label):
    assert kvae("sample", points, "-n", 5, "--label", label, "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    assert found["x"].shape == (5, 3)
    assert found["y"].tolist() == [1] * 5


@pytest.mark.parametrize(
    ("model", "label", "sentence"),
    [
        ("attributes", "evn=1", "expected an attribute among even, small; got evn. Did you mean even?"),
        ("attributes", "even=2", "expected even=0 or even=1, got even=2."),
        ("attributes", "even=yes", "expected even=0 or even=1, got even=yes."),
        ("attributes", "even", "expected NAME=0 or NAME=1 with a NAME among even, small; got even."),
        ("attributes", "1", "expected NAME=0 or NAME=1 with a NAME among even, small; got 1."),
        ("attributes", "even=1,even=0", "expected one value of even, got 0 and 1."),
        ("classes", "10", "expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; got 10."),
        ("classes", "digit=1", "expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; got digit=1."),
        ("classes", "1,2", "expected one class, got 1, 2."),
        ("points", "2", "expected one of 0 (first < 10), 1 (first ≥ 10); got 2."),
        ("trained", "1", "expected none: VAE takes no labels."),
    ],
)
def test_labels_that_a_model_does_not_know(kvae, request, tmp_path, model, label, sentence):
    result = kvae("sample", request.getfixturevalue(model), "--label", label, "--out", "x.npz")
    assert result.code == 2
    assert result.err.splitlines()[-1] == f"Error: Invalid value for --label: {sentence}"
    assert not (tmp_path / "x.npz").exists()


@pytest.mark.parametrize("command", ["sample", "reconstruct"])
@pytest.mark.parametrize("label", ["", "=1", "even=", "even=1,"])
def test_labels_that_are_none(kvae, command, label):
    result = kvae(command, "nowhere", "--label", label)  # said before the model is looked for
    assert result.code == 2
    assert "expected NAME=VALUE or VALUE, got " in result.err


def test_a_model_without_labels_needs_no_data_to_sample(kvae, trained, no_data):
    assert kvae("sample", trained, "--out", "x.png").code == 0


def test_labels_that_are_all_named_need_no_data_to_sample(kvae, attributes, classes, tmp_path, no_data):
    for run, label, y in ((attributes, "even=0,small=1", [0, 1]), (classes, 4, 4)):
        assert kvae("sample", run, "-n", 2, "--label", label, "--out", "x.npz").code == 0
        found = np.load(tmp_path / "x.npz")
        assert found["y"].tolist() == [y, y]
        assert np.array_equal(found["x"], Run(run).load_model().sample(2, found["y"], seed=0))


def test_a_run_that_does_not_say_what_its_labels_are_called(kvae, attributes, tmp_path):
    run = shutil.copytree(attributes, tmp_path / "old")
    config = json.loads((run / "config.json").read_text())
    del config["data"]["labels"]
    (run / "config.json").write_text(json.dumps(config))
    assert kvae("sample", run, "-n", 2, "--label", "even=0,small=1", "--out", "x.npz").code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("labels", "names", "text", "y"),
    [
        (ClassLabels(3), ("cat", "dog", "owl"), "dog", 1),
        (ClassLabels(3), ("cat", "dog", "owl"), "2", 2),
        (ClassLabels(3), ("3", "2", "1"), "1", 2),  # a name goes before a number
        (ClassLabels(3), (), "1", 1),
        (BinaryLabels(1), ("cat", "dog"), "dog", 1),
        (BinaryLabels(1), ("cat", "dog"), "1", 1),
        (BinaryLabels(1), ("glasses",), "glasses=1", [1]),
        (BinaryLabels(1), ("glasses",), "1", [1]),
        (BinaryLabels(1), (), "1", [1]),
        (BinaryLabels(2), ("glasses", "hat"), "hat=0,glasses=1", [1, 0]),
        (BinaryLabels(2), (), "1=0,0=1", [1, 0]),
    ],
)
def test_labels_by_name_or_number(labels, names, text, y):
    run = SimpleNamespace(config={"data": {"labels": list(names)}})
    model = SimpleNamespace(batch_spec=("x", "y"), labels=labels)
    (found,) = labels_.labels(run, model, labels_.read([text]), 2)
    labels.check(found)
    assert found.tolist() == [y, y]


@pytest.mark.parametrize("command", ["sample", "reconstruct", "traverse", "interpolate"])
def test_a_classifier_makes_nothing(kvae, classifier, no_data, command):
    result = kvae(command, classifier)
    assert result.code == 1
    assert result.err == (
        f"Error: Expected a model that samples and reconstructs. Received: {classifier}, a Classifier.\n"
    )


# ------------------------------------------------------------------ reconstruct


def test_a_file_with_its_labels_is_reconstructed_as_the_example_that_it_is(kvae_json, attributes, tmp_path, held_out):
    x, y = held_out
    Image.fromarray((255 * x[0, ..., 0]).round().astype("uint8")).save(tmp_path / "digit.png")
    right, wrong = (f"even={even},small={small}" for even, small in (y[0], 1 - y[0]))
    by_file = kvae_json("reconstruct", attributes, "digit.png", "digit.png", "--label", right, "--out", "a.png")
    by_number = kvae_json("reconstruct", attributes, "-n", 1, "--out", "b.png")
    assert by_file["metrics"] == pytest.approx(by_number["metrics"], rel=1e-5)
    other = kvae_json("reconstruct", attributes, "digit.png", "--label", wrong, "--out", "c.png")
    assert abs(other["metrics"]["mse"] / by_file["metrics"]["mse"] - 1) > 1e-3


def test_held_out_examples_bring_their_labels(kvae, attributes, tmp_path, held_out):
    assert kvae("reconstruct", attributes, "-n", 4, "--out", "x.png").code == 0
    x, y = (part[:4] for part in held_out)
    expected = np.asarray(pairs(x, Run(attributes).load_model().reconstruct(x, y))).astype(int)
    assert np.abs(np.asarray(Image.open(tmp_path / "x.png")) - expected).max() <= 1


@pytest.mark.parametrize(
    ("model", "words", "sentence"),
    [
        ("attributes", ["mine.png"], "expected even=…, small=…: a picture file comes without labels."),
        ("attributes", ["mine.png", "--label", "even=1"], "expected small=…: a picture file comes without labels."),
        ("classes", ["mine.png"], "expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9: a picture file comes without labels."),
        ("classes", ["--label", 3], "expected IMAGES: held-out examples have labels of their own."),
        ("trained", ["mine.png", "--label", 3], "expected none: VAE takes no labels."),
    ],
)
def test_labels_that_belong_to_no_file(kvae, request, tmp_path, model, words, sentence):
    Image.new("L", (8, 8)).save(tmp_path / "mine.png")
    result = kvae("reconstruct", request.getfixturevalue(model), *words, "--out", "x.png")
    assert result.code == 2
    assert result.err.splitlines()[-1] == f"Error: Invalid value for --label: {sentence}"
    assert not (tmp_path / "x.png").exists()


# ------------------------------------------------------------------ traverse, interpolate, compare


def test_traverses_with_the_labels_of_the_example_to_start_from(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    for number, words in ((0, ()), (5, (5,))):
        assert kvae("traverse", attributes, *words, "--unit", 1, "--steps", 3, "--out", "x.png").code == 0
        walk = np.repeat(model.encode(x[[number]], y[[number]]), 3, axis=0)
        walk[:, 1] = [-3, 0, 3]
        assert same(tmp_path / "x.png", model.decode(walk, y[[number] * 3]))
        assert not same(tmp_path / "x.png", model.decode(walk, 1 - y[[number] * 3]))


def test_units_whose_prior_the_labels_decide_vary_as_codes_do(kvae, classes, tmp_path, held_out):
    assert kvae("traverse", classes, 5, "--unit", 0, "--unit", 2, "--steps", 3, "--out", "x.png").code == 0
    model, x, y = Run(classes).load_model(), held_out[0], data.load("digits").test.y
    codes = model.encode(x, y)
    z, w = (np.repeat(codes[[5]], 3, axis=0) for _ in range(2))
    z[:, 0] = [-3, 0, 3]
    w[:, 2] = codes[:, 2].mean() + codes[:, 2].std() * np.array([-3, 0, 3])
    assert same(tmp_path / "x.png", model.decode(z), model.decode(w))


def test_interpolates_from_labels_to_labels(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    a, b = 0, int(np.flatnonzero((y != y[0]).all(axis=1))[0])
    assert kvae("interpolate", attributes, a, b, "--steps", 4, "--out", "x.png").code == 0
    alpha = np.linspace(0, 1, 4, dtype="float32")[:, None]
    z_a, z_b = model.encode(x[[a, b]], y[[a, b]])
    z = (1 - alpha) * z_a + alpha * z_b
    fade = (1 - alpha[..., None, None]) * x[a] + alpha[..., None, None] * x[b]
    assert same(tmp_path / "x.png", model.decode(z, (1 - alpha) * y[a] + alpha * y[b]), fade)
    assert not same(tmp_path / "x.png", model.decode(z, y[[a, a, b, b]]), fade)


def test_labels_may_be_settled_for_the_whole_way(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    names = Run(attributes).config["data"]["labels"]
    assert kvae("interpolate", attributes, 0, 1, "--label", f"{names[0]}=1", "--steps", 3, "--out", "x.png").code == 0
    alpha = np.linspace(0, 1, 3, dtype="float32")[:, None]
    z_a, z_b = model.encode(x[:2], y[:2])
    asked = y[:2].copy()
    asked[:, 0] = 1
    fade = (1 - alpha[..., None, None]) * x[0] + alpha[..., None, None] * x[1]
    mixed = (1 - alpha) * asked[0] + alpha * asked[1]
    assert same(tmp_path / "x.png", model.decode((1 - alpha) * z_a + alpha * z_b, mixed), fade)


@pytest.mark.parametrize(("command", "places"), [("traverse", ["me.png"]), ("interpolate", [3, "me.png"])])
def test_a_file_has_no_labels_to_walk_with(kvae, attributes, tmp_path, no_data, monkeypatch, command, places):
    Image.new("L", (8, 8)).save(tmp_path / "me.png")
    result = kvae(command, attributes, *places)
    assert result.code == 1
    assert result.err == (
        "Error: Expected the number of a held-out example, whose labels are known: CondVAE takes labels. "
        "Received: me.png.\n"
    )


@pytest.mark.parametrize("words", [("traverse",), ("interpolate", 0, 1), ("sample",), ("reconstruct",)])
def test_data_are_loaded_once(kvae, attributes, monkeypatch, words):
    command, *places = words
    load, loaded = data.load, []
    monkeypatch.setattr(data, "load", lambda name, **options: loaded.append(name) or load(name, **options))
    assert kvae(command, attributes, *places, "--out", "x.png").code == 0
    assert loaded == ["digits"]


@pytest.fixture
def compared(monkeypatch):
    """What `kvae compare` draws, by name."""
    contenders = {}
    monkeypatch.setattr(comparison, "save_comparison", lambda out, found: contenders.update({c.name: c for c in found}))
    return contenders


def test_compares_samples_with_the_labels_of_held_out_examples(kvae, attributes, compared, held_out):
    assert kvae("compare", attributes).code == 0
    (contender,) = compared.values()
    y = held_out[1][: len(contender.x)]
    expected = Run(attributes).load_model().sample(2 * len(y), np.concatenate([y, y]), seed=0)
    assert np.array_equal(contender.samples, expected)


def test_compares_a_classifier_by_its_curves(kvae, classifier, compared):
    assert kvae("compare", classifier).code == 0
    (contender,) = compared.values()
    assert "loss" in contender.history
    assert contender.samples is None


def test_without_its_data_a_model_of_labelled_data_has_no_pictures(kvae, attributes, compared, monkeypatch):
    from kvae.errors import UserError

    def missing(name, **options):
        raise UserError("Expected digits. Received: none.")

    monkeypatch.setattr(data, "load", missing)
    result = kvae("compare", attributes)
    assert result.code == 0
    assert "No reconstructions and samples of run: Expected digits." in result.err
    (contender,) = compared.values()
    assert contender.x_hat is None
    assert contender.samples is None
