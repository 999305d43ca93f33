"""`kvae data` and `kvae data get`."""

import pytest

from kvae import data


def test_data_lists_origin_licence_files_and_recipes(kvae, kvae_json):
    entries = {entry["name"]: entry for entry in kvae_json("data")}
    assert tuple(entries) == data.names()
    assert entries["digits"]["available"] is True
    assert entries["mnist"]["available"] is False
    assert "mnist/iwae" in entries["mnist"]["recipes"]
    assert entries["mnist"]["files"][0]["state"] == "missing"
    out = kvae("data").out
    assert f"celeba: missing in {entries['celeba']['folder']}\n" in out
    for entry in entries.values():
        for text in (entry["licence"], entry["origin"], *(file["sha256"] for file in entry["files"])):
            assert text in out


def test_data_verify_compares_checksums(kvae_json, tmp_path):
    folder = tmp_path / "sets" / "mnist"
    folder.mkdir(parents=True)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(bytes(4542))

    def state(*options):
        mnist = next(
            entry for entry in kvae_json("data", "--data-dir", folder.parent, *options) if entry["name"] == "mnist"
        )
        return mnist["files"][3]["state"]

    assert (state(), state("--verify")) == ("present", "differs")


def test_data_get_prints_the_new_files(kvae, kvae_json, monkeypatch, tmp_path):
    monkeypatch.setattr(data, "download", lambda name: [tmp_path / name / "a.gz"])
    assert kvae("data", "get", "mnist").out == f"{tmp_path}/mnist/a.gz\n"
    assert kvae_json("data", "get", "mnist") == {"name": "mnist", "new": [f"{tmp_path}/mnist/a.gz"]}
    monkeypatch.setattr(data, "download", lambda name: [])
    assert kvae("data", "get", "mnist").out == "mnist is complete.\n"
    assert kvae("data", "get", "digits").out == "digits is part of scikit-learn.\n"


def test_data_get_of_an_unknown_name_is_a_mistake_in_the_command(kvae):
    result = kvae("data", "get", "celba")
    assert result.code == 2
    assert result.err == "Error: Expected a known name. Received: name='celba'. Did you mean celeba?\n"


@pytest.mark.parametrize("name", ["celeba", "facades", "paintings"])
def test_data_get_of_data_that_may_not_be_downloaded_says_what_to_do(kvae, name, tmp_path):
    result = kvae("data", "get", name)
    assert result.code == 1
    assert result.err.splitlines()[1:] == data.describe(name)["instructions"]


@pytest.mark.parametrize(
    ("recipe", "repair"),
    [
        ("mnist/vae", "no such folder. Download the files: kvae data get mnist."),
        ("celeba/vae", "links at https://mmlab"),
        ("folder/conv_vae", "--set data.path=FOLDER"),
    ],
)
def test_train_without_its_data_says_how_to_get_them_and_names_a_recipe_without_files(kvae, recipe, repair):
    result = kvae("train", recipe)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error: Expected ")
    assert repair in result.err
    assert result.err.splitlines()[-1] == "The data of digits/vae are bundled: kvae train digits/vae"
