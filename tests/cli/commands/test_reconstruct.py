"""`kvae reconstruct`: held-out examples and image files, and their labels."""

import numpy as np
import pytest
from PIL import Image

from kvae.plots.grids import grid_of_pairs
from kvae.runs import Run
from tests.cli.sheets import SIDE, pixels, shape


def test_reconstruct_by_default_uses_held_out_examples(kvae_json, run):
    report = kvae_json("reconstruct", run)
    assert report["n"] == 32
    assert 0 < report["metrics"]["mse"] < 0.2
    assert shape(run / "images/reconstructions.png") == (8, 8)


def test_reconstruct_reads_files_of_several_formats(kvae_json, trained, tmp_path, rng):
    folder = tmp_path / "mine"
    folder.mkdir()
    photo = Image.fromarray(rng.integers(0, 256, (40, 60, 3), "uint8"))
    photo.save(folder / "photo.jpg")
    photo.convert("CMYK").save(folder / "print.jpg")
    photo.convert("RGBA").save(tmp_path / "clear.png")
    report = kvae_json("reconstruct", trained, folder, "clear.png", "--out", "sheet.png")
    assert report["n"] == 3
    sheet = pixels(tmp_path / "sheet.png", 2 * SIDE - 2, 3 * SIDE - 2)
    originals = sheet[32:64:SIDE, 32::SIDE]  # a pixel of each image in the first row
    assert (originals[0, :3] < 255).any()


def test_reconstruct_file_equals_the_example_it_was_saved_from(kvae_json, trained, tmp_path):
    """Reading an image file keeps every pixel and every grey level."""
    from kvae import data

    x = data.load("digits").test.x[:1]
    Image.fromarray(x[0, ..., 0]).save(tmp_path / "digit.png")
    from_file = kvae_json("reconstruct", trained, "digit.png", "--out", "a.png")
    from_data = kvae_json("reconstruct", trained, "-n", 1, "--out", "b.png")
    assert from_file["metrics"] == pytest.approx(from_data["metrics"], rel=1e-5)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("torn.png", "torn.png, which cannot be read"),
        ("none.png", "does not exist"),
        ("empty", "Received: none in"),
    ],
)
def test_reconstruct_unreadable_files_are_refused(kvae, trained, tmp_path, name, words):
    Image.new("L", (30, 30)).save(tmp_path / "whole.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "whole.png").read_bytes()[:50])
    (tmp_path / "empty").mkdir()
    result = kvae("reconstruct", trained, "whole.png", name, "--out", "sheet.png")
    assert result.code == 1
    assert words in result.err
    assert not (tmp_path / "sheet.png").exists()


def test_reconstruct_does_not_replace_its_input(kvae, trained, tmp_path):
    Image.new("L", (30, 30)).save(tmp_path / "mine.png")
    before = (tmp_path / "mine.png").read_bytes()
    assert kvae("reconstruct", trained, "mine.png", "--out", tmp_path / "mine.png").code == 2
    assert (tmp_path / "mine.png").read_bytes() == before


def test_reconstruct_file_with_its_labels_equals_the_example(kvae_json, attributes, tmp_path, held_out):
    x, y = held_out
    Image.fromarray((255 * x[0, ..., 0]).round().astype("uint8")).save(tmp_path / "digit.png")
    right, wrong = (f"even={even},small={small}" for even, small in (y[0], 1 - y[0]))
    by_file = kvae_json("reconstruct", attributes, "digit.png", "digit.png", "--label", right, "--out", "a.png")
    by_number = kvae_json("reconstruct", attributes, "-n", 1, "--out", "b.png")
    assert by_file["metrics"] == pytest.approx(by_number["metrics"], rel=1e-5)
    other = kvae_json("reconstruct", attributes, "digit.png", "--label", wrong, "--out", "c.png")
    assert abs(other["metrics"]["mse"] / by_file["metrics"]["mse"] - 1) > 1e-3


def test_reconstruct_by_default_uses_the_labels_of_the_examples(kvae, attributes, tmp_path, held_out):
    assert kvae("reconstruct", attributes, "-n", 4, "--out", "x.png").code == 0
    x, y = (part[:4] for part in held_out)
    expected = np.asarray(grid_of_pairs(x, Run(attributes).load_model().reconstruct(x, y))).astype(int)
    assert np.abs(pixels(tmp_path / "x.png", *expected.shape[:2]) - expected).max() <= 1


@pytest.mark.parametrize(
    ("model", "words", "sentence"),
    [
        ("attributes", ["mine.png"], "Expected all labels, because image files have none. Missing: even=…, small=…."),
        (
            "attributes",
            ["mine.png", "--label", "even=1"],
            "Expected all labels, because image files have none. Missing: small=….",
        ),
        (
            "classes",
            ["mine.png"],
            "Expected all labels, because image files have none. Missing: one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.",
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
