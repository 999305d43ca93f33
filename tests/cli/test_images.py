"""`kvae sample` and `kvae reconstruct`: samples and reconstructions as files."""

import numpy as np
import pytest
from PIL import Image


def test_sample_by_default_writes_a_sheet_into_the_run(kvae, run):
    result = kvae("sample", run)
    assert result.code == 0, result.err
    assert str(run / "images/samples.png") in result.out
    assert Image.open(run / "images/samples.png").size == (8 * 66 - 2, 8 * 66 - 2)


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


def test_reconstruct_by_default_uses_held_out_examples(kvae_json, run):
    report = kvae_json("reconstruct", run)
    assert report["n"] == 32
    assert 0 < report["metrics"]["mse"] < 0.2
    assert Image.open(run / "images/reconstructions.png").size == (8 * 66 - 2, 8 * 66 - 2)


def test_reconstruct_reads_files_of_several_formats(kvae_json, trained, tmp_path, rng):
    folder = tmp_path / "mine"
    folder.mkdir()
    photo = Image.fromarray(rng.integers(0, 256, (40, 60, 3), "uint8"))
    photo.save(folder / "photo.jpg")
    photo.convert("CMYK").save(folder / "print.jpg")
    photo.convert("RGBA").save(tmp_path / "clear.png")
    report = kvae_json("reconstruct", trained, folder, "clear.png", "--out", "sheet.png")
    assert report["n"] == 3
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    originals = sheet[32:64:66, 32::66]  # a pixel of each image in the first row
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
