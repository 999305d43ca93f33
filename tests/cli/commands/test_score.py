"""`kvae score`: the table of held-out examples and of image files."""

import csv

import pytest
from PIL import Image

from kvae import data


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def images(tmp_path):
    """A folder with the first three test digits."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for number, x in enumerate(data.load("digits").test.x[:3]):
        Image.fromarray(x[..., 0]).save(folder / f"{number}.png")
    return folder


def test_score_writes_a_line_for_each_example_of_a_split(kvae_json, trained, tmp_path):
    report = kvae_json("score", trained, "--first", 5, "--samples", 20, "--out", "scores.csv")
    table = rows(tmp_path / "scores.csv")
    assert [row["image"] for row in table] == [f"test/{number}" for number in range(5)]
    assert report["n"] == 5
    assert "rows" not in report
    for name, mean in report["means"].items():
        assert sum(float(row[name]) for row in table) / 5 == pytest.approx(mean)
    assert set(table[0]) == {"image", *report["means"]}
    elbo = -report["means"]["rate"] - report["means"]["distortion"]
    assert report["means"]["log_p"] > elbo


def test_score_of_files_equals_that_of_the_examples_they_were_saved_from(kvae_json, trained, images, tmp_path):
    from_files = kvae_json("score", trained, images, "--samples", 20, "--out", "files.csv")
    from_data = kvae_json("score", trained, "--first", 3, "--samples", 20, "--out", "data.csv")
    assert from_files["means"] == pytest.approx(from_data["means"], rel=1e-5)
    assert [row["image"] for row in rows(tmp_path / "files.csv")] == [str(images / f"{i}.png") for i in range(3)]


def test_score_of_a_damaged_image_names_it_and_writes_nothing(kvae, trained, images, tmp_path):
    (images / "torn.png").write_bytes((images / "0.png").read_bytes()[:50])
    result = kvae("score", trained, images, "--samples", 2, "--out", "scores.csv")
    assert result.code == 1
    assert "torn.png, which cannot be read" in result.err
    assert not (tmp_path / "scores.csv").exists()


def test_score_of_images_and_a_split_is_refused(kvae, trained, images):
    result = kvae("score", trained, images, "--split", "test")
    assert result.code != 0
    assert "images or a split" in result.err
