"""Scores of a trained model: splits, files, .npz files, and what is refused."""

import zipfile

import numpy as np
import pytest
from PIL import Image

import kvae
from kvae.errors import ChoiceError, UserError


@pytest.fixture(scope="module")
def digits():
    """The bundled preset of digits. Tests must not change it."""
    return kvae.open_trained("digits/vae")


def test_score_of_a_split_names_its_examples_and_states_its_settings(digits):
    report = digits.score(split="train", first=3, samples=4, seed=2)
    assert [row["image"] for row in report["rows"]] == ["train/0", "train/1", "train/2"]
    assert (report["samples"], report["seed"], report["n"], report["skipped"]) == (4, 2, 3, {})
    assert report["weights"] == digits.weights
    assert report == digits.score(split="train", first=3, samples=4, seed=2)
    row = report["rows"][0]
    assert row["bits_per_dim"] == pytest.approx(-row["log_p"] / (64 * np.log(2)))
    assert row["rate_bits_per_dim"] == pytest.approx(row["rate"] / (64 * np.log(2)))


def test_score_of_folder_zip_and_npz_are_equal(digits, tmp_path):
    x = digits.dataset.test.x[:2]
    (tmp_path / "mine").mkdir()
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as file:
        for number, image in enumerate(x):
            path = tmp_path / "mine" / f"{number}.png"
            Image.fromarray(image[..., 0]).save(path)
            file.write(path, path.name)
    np.savez(tmp_path / "mine.npz", x=x)
    reports = [digits.score([tmp_path / name], samples=4) for name in ("mine", "mine.zip", "mine.npz")]
    for report in reports[1:]:
        assert report["means"] == pytest.approx(reports[0]["means"], rel=1e-5)
    assert [row["image"] for row in reports[2]["rows"]] == [f"{tmp_path}/mine.npz/{number}" for number in range(2)]
    first = digits.score([tmp_path / "mine", tmp_path / "mine.zip"], first=3, samples=4)
    assert [row["image"].removeprefix(f"{tmp_path}/") for row in first["rows"]] == [
        "mine/0.png",
        "mine/1.png",
        "mine.zip/0.png",
    ]
    with pytest.raises(UserError, match="one after the other"):
        digits.score([tmp_path / "mine", tmp_path / "mine.npz"], samples=4)


def test_score_refuses_what_contradicts_itself(digits, tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "black.png")
    with pytest.raises(ChoiceError, match="images or a split"):
        digits.score([tmp_path / "black.png"], split="test")
    with pytest.raises(ChoiceError, match="labels already"):
        digits.score(split="test", labels="3")
    with pytest.raises(ChoiceError, match="takes none"):
        digits.score([tmp_path / "black.png"], labels="3")
    with pytest.raises(UserError, match=r"at least 1\. Received: first=0"):
        digits.score([tmp_path / "black.png"], first=0)
    with pytest.raises(UserError, match="samples of at least 1"):
        digits.score(first=1, samples=0)


def test_score_of_a_model_without_a_density_is_refused():
    faces = kvae.open_trained("celeba/vae_gan")
    with pytest.raises(
        UserError, match=r"a posterior and a density of x\. Received: celeba/vae_gan\. VAEGAN has no density"
    ):
        faces.score()
