"""`kvae export`: runs become presets, which commands accept in place of runs."""

import json
import re
import shutil
import sys
import types

import numpy as np
import pytest

import kvae as kvae_
from kvae import backends
from kvae.data import load
from kvae.serving import FORMATS


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A stand-in for huggingface_hub, whose only repository is a folder."""
    place = tmp_path / "hub"

    def upload_folder(repo_id, folder_path, commit_message):
        shutil.copytree(folder_path, place, dirs_exist_ok=True)

    fake = types.SimpleNamespace(
        get_token=lambda: "hf_token",
        create_repo=lambda repo_id, exist_ok, **options: f"https://huggingface.co/{repo_id}",
        upload_folder=upload_folder,
        snapshot_download=lambda repo_id, allow_patterns: str(place),
    )
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)
    return place


def test_export_writes_a_preset_that_commands_accept(kvae, kvae_json, trained, tmp_path):
    result = kvae("export", trained, "mine", "--half")
    assert result.code == 0, result.err
    assert "MB" in result.out
    card = json.loads((tmp_path / "mine" / "card.json").read_text())
    assert card["command"].startswith("kvae train digits/vae --set epochs=2 --seed 0")
    assert card["recipe"] == "digits/vae"
    assert card["metrics"]["elbo"] < 0
    assert card["epochs"] == 2
    assert card["source"] is None
    assert card["data"]["licence"]["terms"] == "CC BY 4.0"
    assert kvae("sample", "mine", "-n", 4).code == 0
    assert (tmp_path / "samples.png").is_file()
    backend = kvae_.runs.Run(trained).config["backend"]
    metrics = "--metric collapse --metric elbo --metric reconstruction"
    words = f"kvae evaluate MODEL --split validation {metrics} --backend {backend}"
    assert card["evaluation"] == words
    metrics_of_preset = kvae_json(*words.replace("MODEL", "mine").split()[1:])["metrics"]
    assert abs(metrics_of_preset["elbo"] - card["metrics"]["elbo"]) < 0.05
    assert set(metrics_of_preset) == set(card["metrics"])
    assert not (tmp_path / "mine" / "metrics.json").exists()
    x = load("digits").test.x[:3] / np.float32(255)
    whole = kvae_.runs.Run(trained).load_model().reconstruct(x)
    np.testing.assert_allclose(kvae_.from_preset(tmp_path / "mine").reconstruct(x), whole, atol=5e-3)


def test_export_with_a_format_writes_the_networks_of_a_run(kvae, trained, tmp_path):
    format = next((format for format, package in backends.EXPORTS.items() if package is None), None)
    if format is None:
        pytest.skip("Keras exports no format without another package")
    result = kvae("export", trained, "networks", "--format", format)
    assert result.code == 0, result.err
    files = {"README.md", "sampler.npz", *(f"{name}{FORMATS[format].suffix}" for name in ("encoder", "decoder"))}
    assert {file.name for file in (tmp_path / "networks").iterdir()} == files
    assert f"networks: {', '.join(sorted(files))}" in result.out
    assert "| recipe | digits/vae |" in (tmp_path / "networks" / "README.md").read_text()
    result = kvae("export", trained, "halves", "--format", format, "--half")
    assert (result.code, result.out) == (2, "")
    assert "expected a folder, and no --half" in result.err


def test_export_refuses_presets_and_folders_with_other_files(kvae, trained, tmp_path):
    assert kvae("export", trained, "mine").code == 0
    assert "a preset already" in kvae("export", "mine", "other").err
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("precious")
    result = kvae("export", trained, "full")
    assert result.code != 0
    assert "thesis.tex" in result.err


def test_sample_damaged_preset_is_refused(kvae, trained, tmp_path):
    kvae("export", trained, "mine")
    path = tmp_path / "mine" / "model.weights.h5"
    path.write_bytes(path.read_bytes()[:-9])
    result = kvae("sample", "mine")
    assert result.code != 0
    assert "is damaged" in result.err


def test_export_to_the_hub_uploads_a_preset_that_commands_accept(kvae, trained, hub, tmp_path):
    result = kvae("export", trained, "hf://me/digits", "--half", "--licence", "apache-2.0")
    assert result.code == 0, result.err
    assert "https://huggingface.co/me/digits" in result.out
    assert "kvae evaluate hf://me/digits --split validation" in (hub / "README.md").read_text()
    assert kvae("sample", "hf://me/digits", "--out", "back.png").code == 0
    assert kvae("export", trained, "mine").code == 0
    shutil.rmtree(hub)
    assert kvae("export", "mine", "hf://me/digits", "--private").code == 0
    assert (hub / "model.weights.h5").read_bytes() == (tmp_path / "mine" / "model.weights.h5").read_bytes()
    assert "a preset already" in kvae("export", "mine", "hf://me/digits", "--half").err


def test_export_draws_samples_with_labels_of_held_out_examples(kvae, attributes, hub, monkeypatch):
    seen = {}
    monkeypatch.setattr("kvae.presets.push.save_samples", lambda path, model, y, sampler: seen.update(y=y))
    assert kvae("export", attributes, "hf://me/attributes").code == 0
    test = load("digits").test.y
    test = test[np.linspace(0, len(test) - 1, 64).astype(int)]
    np.testing.assert_array_equal(seen["y"], np.stack([test % 2 == 0, test < 5], axis=1))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["hf://digits"], 1, "Expected hf://user/repo"),
        (["mine", "--licence", "mit"], 2, "only valid when exporting to hf://user/repo"),
        (["mine", "--private"], 2, "only valid when exporting to hf://user/repo"),
    ],
)
def test_export_bad_arguments_are_refused(kvae, trained, hub, arguments, code, words, tmp_path):
    result = kvae("export", trained, *arguments)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert not (tmp_path / "mine").exists()


def test_evaluate_preset_never_runs_a_recipe_file(kvae, classifier, tmp_path):
    assert kvae("export", classifier, "mine").code == 0
    path = tmp_path / "mine" / "card.json"
    card = json.loads(path.read_text())
    (tmp_path / "evil.py").write_text("raise SystemExit('it ran')")
    path.write_text(json.dumps(card | {"recipe": str(tmp_path / "evil.py")}))
    result = kvae("evaluate", "mine")
    assert (result.code, result.out) == (1, "")
    assert "evil.py. Files are not run for presets." in result.err
    for broken in ({"recipe": ["x"]}, {"parameters": None}, {"data": "digits"}):
        path.write_text(json.dumps(card | broken))
        (line,) = kvae("evaluate", "mine").err.splitlines()
        assert re.match(rf"Error: .*card\.json.*\b{next(iter(broken))}\b", line)


def test_train_warm_starts_from_a_preset_but_does_not_resume_one(kvae, trained):
    assert kvae("export", trained, "mine").code == 0
    result = kvae("train", "digits/vae", "--warm-start", "mine", "--out", "new", "--set", "epochs=1")
    assert result.code == 0
    assert "arrays of weights from mine. 0 keep their initial values." in result.out + result.err
    result = kvae("train", "--resume", "mine")
    assert (result.code, result.out) == (1, "")
    assert "mine, a preset. Only a run can be resumed." in result.err
