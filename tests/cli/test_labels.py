"""Models of labelled data in commands: the option --label, and the labels that are used without it."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.cli.label_option import read
from kvae.distributions import BinaryLabels, ClassLabels
from kvae.plots import comparison
from kvae.plots.grids import grid, pairs
from kvae.recipes.labels import LabelNames
from kvae.runs import Run


def same(sheet, *images):
    """Return True if the file holds these rows of images, up to one grey level of rounding."""
    rows = np.asarray(grid(np.concatenate(images), len(images[0]))).astype(int)
    return np.abs(np.asarray(Image.open(sheet)) - rows).max() <= 1


# ------------------------------------------------------------------ sample


def test_sample_by_default_takes_labels_of_held_out_examples(kvae, attributes, tmp_path, held_out):
    assert kvae("sample", attributes, "-n", 200, "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    _, y = held_out
    assert np.array_equal(found["y"], np.concatenate([y, y])[:200])  # 180 labels, then from the start again
    assert np.array_equal(found["x"], Run(attributes).load_model().sample(200, found["y"], seed=0))


def test_sample_named_attribute_holds_for_all_samples(kvae, attributes, tmp_path, held_out):
    assert kvae("sample", attributes, "-n", 50, "--label", "small=0", "--out", "x.npz").code == 0
    found = np.load(tmp_path / "x.npz")
    assert np.array_equal(found["y"][:, 0], held_out[1][:50, 0])
    assert not found["y"][:, 1].any()
    assert np.array_equal(found["x"], Run(attributes).load_model().sample(50, found["y"], seed=0))


@pytest.mark.parametrize("options", [("even=1,small=0",), (" small=0, even = 1",), ("small=0", "even=1")])
def test_sample_attributes_may_be_named_in_one_or_several_options(kvae, attributes, tmp_path, options):
    options = [word for option in options for word in ("--label", option)]
    assert kvae("sample", attributes, "-n", 3, "--out", "x.npz", *options).code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [[1, 0]] * 3


def test_sample_class_by_number(kvae, classes, tmp_path):
    assert kvae("sample", classes, "-n", 3, "--label", 7, "--out", "x.npz").code == 0
    assert np.load(tmp_path / "x.npz")["y"].tolist() == [7, 7, 7]


def test_sample_labels_in_a_sheet(kvae, attributes, tmp_path):
    assert kvae("sample", attributes, "-n", 4, "--label", "even=1", "--out", "x.png").code == 0
    assert Image.open(tmp_path / "x.png").size == (130, 130)


@pytest.mark.parametrize("label", ["1", "first ≥ 10"])
def test_sample_single_attribute_with_two_names(kvae, points, tmp_path, label):
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


@pytest.mark.parametrize("command", ["sample", "reconstruct"])
@pytest.mark.parametrize("label", ["", "=1", "even=", "even=1,"])
def test_malformed_label_is_refused_before_the_model_is_opened(kvae, command, label):
    result = kvae(command, "nowhere", "--label", label)
    assert result.code == 2
    assert "expected NAME=VALUE or VALUE, got " in result.err


def test_sample_model_without_labels_needs_no_data(kvae, trained, no_data):
    assert kvae("sample", trained, "--out", "x.png").code == 0


def test_sample_with_all_labels_named_needs_no_data(kvae, attributes, classes, tmp_path, no_data):
    for run, label, y in ((attributes, "even=0,small=1", [0, 1]), (classes, 4, 4)):
        assert kvae("sample", run, "-n", 2, "--label", label, "--out", "x.npz").code == 0
        found = np.load(tmp_path / "x.npz")
        assert found["y"].tolist() == [y, y]
        assert np.array_equal(found["x"], Run(run).load_model().sample(2, found["y"], seed=0))


def test_sample_run_without_label_names_takes_them_from_the_data(kvae, attributes, tmp_path):
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
        (ClassLabels(3), ("3", "2", "1"), "1", 2),  # names come before numbers
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
def test_label_names_array_accepts_names_and_numbers(labels, names, text, y):
    found = LabelNames.of_model(labels, names).array(read([text]), 2, others=None)
    labels.check(found)
    assert found.tolist() == [y, y]


@pytest.mark.parametrize("command", ["sample", "reconstruct", "traverse", "interpolate"])
def test_commands_of_generative_models_refuse_a_classifier(kvae, classifier, no_data, command):
    result = kvae(command, classifier)
    assert result.code == 1
    assert result.err == (
        f"Error: Expected a model that samples and reconstructs. Received: {classifier}, a Classifier.\n"
    )


# ------------------------------------------------------------------ reconstruct


def test_reconstruct_file_with_its_labels_equals_the_example(kvae_json, attributes, tmp_path, held_out):
    x, y = held_out
    Image.fromarray((255 * x[0, ..., 0]).round().astype("uint8")).save(tmp_path / "digit.png")
    right, wrong = (f"even={even},small={small}" for even, small in (y[0], 1 - y[0]))
    by_file = kvae_json("reconstruct", attributes, "digit.png", "digit.png", "--label", right, "--out", "a.png")
    by_number = kvae_json("reconstruct", attributes, "-n", 1, "--out", "b.png")
    assert by_file["metrics"] == pytest.approx(by_number["metrics"], rel=1e-5)
    other = kvae_json("reconstruct", attributes, "digit.png", "--label", wrong, "--out", "c.png")
    assert abs(other["metrics"]["mse"] / by_file["metrics"]["mse"] - 1) > 1e-3


def test_reconstruct_held_out_examples_with_their_labels(kvae, attributes, tmp_path, held_out):
    assert kvae("reconstruct", attributes, "-n", 4, "--out", "x.png").code == 0
    x, y = (part[:4] for part in held_out)
    expected = np.asarray(pairs(x, Run(attributes).load_model().reconstruct(x, y))).astype(int)
    assert np.abs(np.asarray(Image.open(tmp_path / "x.png")) - expected).max() <= 1


@pytest.mark.parametrize(
    ("model", "words", "sentence"),
    [
        ("attributes", ["mine.png"], "Expected labels: even=…, small=…, because image files come without labels."),
        (
            "attributes",
            ["mine.png", "--label", "even=1"],
            "Expected labels: small=…, because image files come without labels.",
        ),
        (
            "classes",
            ["mine.png"],
            "Expected labels: one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, because image files come without labels.",
        ),
        (
            "classes",
            ["--label", 3],
            "Invalid value for --label: expected IMAGES: held-out examples have labels already.",
        ),
        ("trained", ["mine.png", "--label", 3], "Expected no labels, because VAE takes none."),
    ],
)
def test_reconstruct_unsuitable_labels_are_refused(kvae, request, tmp_path, model, words, sentence):
    Image.new("L", (8, 8)).save(tmp_path / "mine.png")
    result = kvae("reconstruct", request.getfixturevalue(model), *words, "--out", "x.png")
    assert result.code == 2
    assert result.err.splitlines()[-1] == f"Error: {sentence}"
    assert not (tmp_path / "x.png").exists()


# ------------------------------------------------------------------ traverse, interpolate, compare


def test_traverse_keeps_the_labels_of_the_start(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    for number, words in ((0, ()), (5, (5,))):
        assert kvae("traverse", attributes, *words, "--unit", 1, "--steps", 3, "--out", "x.png").code == 0
        walk = np.repeat(model.encode(x[[number]], y[[number]]), 3, axis=0)
        walk[:, 1] = [-3, 0, 3]
        assert same(tmp_path / "x.png", model.decode(walk, y[[number] * 3]))
        assert not same(tmp_path / "x.png", model.decode(walk, 1 - y[[number] * 3]))


def test_traverse_units_whose_prior_depends_on_labels_vary_as_codes_do(kvae, classes, tmp_path, held_out):
    assert kvae("traverse", classes, 5, "--unit", 0, "--unit", 2, "--steps", 3, "--out", "x.png").code == 0
    model, x, y = Run(classes).load_model(), held_out[0], data.load("digits").test.y
    codes = model.encode(x, y)
    z, w = (np.repeat(codes[[5]], 3, axis=0) for _ in range(2))
    z[:, 0] = [-3, 0, 3]
    w[:, 2] = codes[:, 2].mean() + codes[:, 2].std() * np.array([-3, 0, 3])
    assert same(tmp_path / "x.png", model.decode(z), model.decode(w))


def test_interpolate_mixes_the_labels_of_both_ends(kvae, attributes, tmp_path, held_out):
    model, (x, y) = Run(attributes).load_model(), held_out
    a, b = 0, int(np.flatnonzero((y != y[0]).all(axis=1))[0])
    assert kvae("interpolate", attributes, a, b, "--steps", 4, "--out", "x.png").code == 0
    alpha = np.linspace(0, 1, 4, dtype="float32")[:, None]
    z_a, z_b = model.encode(x[[a, b]], y[[a, b]])
    z = (1 - alpha) * z_a + alpha * z_b
    fade = (1 - alpha[..., None, None]) * x[a] + alpha[..., None, None] * x[b]
    assert same(tmp_path / "x.png", model.decode(z, (1 - alpha) * y[a] + alpha * y[b]), fade)
    assert not same(tmp_path / "x.png", model.decode(z, y[[a, a, b, b]]), fade)


def test_interpolate_label_option_holds_at_both_ends(kvae, attributes, tmp_path, held_out):
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
def test_file_is_refused_where_labels_must_be_known(kvae, attributes, tmp_path, no_data, monkeypatch, command, places):
    Image.new("L", (8, 8)).save(tmp_path / "me.png")
    result = kvae(command, attributes, *places)
    assert result.code == 1
    assert result.err == (
        "Error: Expected the number of a held-out example, whose labels are known, because CondVAE takes labels. "
        "Received: me.png.\n"
    )


@pytest.mark.parametrize("words", [("traverse",), ("interpolate", 0, 1), ("sample",), ("reconstruct",)])
def test_commands_load_data_once(kvae, attributes, monkeypatch, words):
    command, *places = words
    load, loaded = data.load, []
    monkeypatch.setattr(data, "load", lambda name, **options: loaded.append(name) or load(name, **options))
    assert kvae(command, attributes, *places, "--out", "x.png").code == 0
    assert loaded == ["digits"]


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
    expected = Run(attributes).load_model().sample(2 * len(y), np.concatenate([y, y]), seed=0)
    assert np.array_equal(contender.samples, expected)


def test_compare_classifier_shows_curves_only(kvae, classifier, compared):
    assert kvae("compare", classifier).code == 0
    (contender,) = compared.values()
    assert "loss" in contender.history
    assert contender.samples is None


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
    assert contender.samples is None
