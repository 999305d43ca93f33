"""Mistakes of users: one sentence and the right exit code, before any long work."""

import errno
import json
import subprocess
import sys

import pytest

from kvae import zoo

FAILED, USAGE = 1, 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nonsense"], USAGE, "No such command 'nonsense'"),
        (["train", "digits/vea"], USAGE, "Received: digits/vea. Did you mean digits/vae"),
        (["train", "nowhere.py"], USAGE, "nowhere.py, which does not exist"),
        (["show", "digits/vea"], USAGE, "Did you mean digits/vae"),
        (["train", "--set", "epochs"], USAGE, "expected NAME=VALUE, got 'epochs'"),
        (["train", "--set", "=3"], USAGE, "expected NAME=VALUE, got '=3'"),
        (["train", "--set", "model.latnt=3"], USAGE, "Did you mean model.latent"),
        (["train", "--set", "model.latent=many"], USAGE, "Expected model.latent of type int"),
        (["train", "--set", "learning_rate=nan"], USAGE, "Expected learning_rate of type float"),
        (["train", "--seed", "-1"], USAGE, "--seed"),
        (["train", "--epochs", "5"], USAGE, "Parameters are set by --set epochs=VALUE"),
        (["train", "digits/vae", "--bakend", "jax"], USAGE, "--backend"),
        (["train", "--resume", "nowhere", "--seed", "0"], USAGE, "because the run keeps its own"),
        (["train", "--data-dir", "nowhere"], USAGE, "does not exist"),
        (["train", "--backend", "numpy"], USAGE, "'tensorflow', 'jax', 'torch'"),
        (["train", "--resume", "nowhere"], FAILED, "nowhere, which does not exist"),
        (["train", "digits/vae", "--resume", "nowhere"], USAGE, "because the run keeps its own"),
        (["evaluate", "mnist/conv_vae"], FAILED, "which is a recipe. Train it: kvae train mnist/conv_vae"),
        (["sample", "nowhere"], FAILED, "nowhere, which does not exist"),
        (["compare"], USAGE, "MODEL"),
    ],
)
def test_bad_command_prints_one_sentence(kvae, arguments, code, words):
    result = kvae(*arguments)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert result.err.splitlines()[-1].startswith("Error: ")


def test_evaluate_folder_without_a_run_is_refused(kvae, run):
    (run / "config.json").write_text("{")
    assert "Expected a valid JSON file" in kvae("evaluate", run).err
    (run / "config.json").write_text("{}")
    assert "whole config.json" in kvae("evaluate", run).err
    (run / "config.json").unlink()
    assert "holds no config.json" in kvae("evaluate", run).err
    assert "is a file" in kvae("evaluate", run / "model.keras").err


def test_sample_run_without_a_checkpoint_is_refused(kvae, run):
    (run / "model.keras").unlink()
    (run / "checkpoint" / "state.npz").unlink()
    result = kvae("sample", run)
    assert result.code == FAILED
    assert f"kvae train --resume {run}" in result.err


def test_sample_damaged_model_is_refused(kvae, run):
    whole = (run / "model.keras").read_bytes()
    (run / "model.keras").write_bytes(whole[: len(whole) // 2])
    result = kvae("sample", run)
    assert result.code == FAILED
    assert "is damaged" in result.err


def test_train_into_a_folder_with_files_is_refused(kvae, run):
    result = kvae("train", "--out", run)
    assert result.code == FAILED
    assert f"--resume {run}" in result.err


@pytest.mark.parametrize(
    "command",
    [
        "reconstruct digits/vae none.png",
        "transfer swiss_roll/csvae none.png --label 1",
        "traverse digits/vae none.png",
        "interpolate digits/vae 0 none.png",
        "blend digits/vae none other",
    ],
)
def test_missing_image_is_reported_before_keras_is_imported(kvae, command, monkeypatch):
    monkeypatch.setattr("kvae.cli.sources.import_keras", lambda: pytest.fail("Keras is imported"))
    result = kvae(*command.split())
    assert result.code == FAILED
    assert ", which does not exist." in result.err


@pytest.mark.parametrize(
    "command",
    [
        "evaluate mnist/vae",
        "reconstruct mnist/vae",
        "traverse mnist/vae",
        "traverse mnist/vae 3 --unit 1",
        "interpolate mnist/vae",
        "interpolate mnist/vae image.png 1",
        "blend mnist/vae --select-a label=3 --select-b label=8",
        "transfer celeba/cond_vae --label Smiling=1",
    ],
)
def test_missing_data_of_a_preset_are_reported_before_keras_is_imported(kvae, tmp_path, command, monkeypatch):
    monkeypatch.setattr("kvae.cli.sources.import_keras", lambda: pytest.fail("Keras is imported"))
    (tmp_path / "image.png").touch()
    result = kvae(*command.split())
    assert result.code == FAILED
    assert result.err.startswith("Error: Expected ")
    assert "no such folder" in result.err


def test_missing_folder_of_a_run_is_reported_before_keras_is_imported(kvae, tmp_path, monkeypatch):
    monkeypatch.setattr("kvae.cli.sources.import_keras", lambda: pytest.fail("Keras is imported"))
    config = {"recipe": "folder/conv_vae", "parameters": {"data.path": "/gone"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    error = kvae("evaluate", tmp_path).err
    assert "Received: /gone, which does not exist." in error
    assert "--set data.path=FOLDER" in error
    assert "Received: away, which does not exist." in kvae("reconstruct", tmp_path, "--set", "data.path=away").err


def test_train_resume_accepts_epochs_only(kvae, run):
    result = kvae("train", "--resume", run, "--set", "batch_size=3")
    assert result.code == FAILED
    assert "Expected no setting but epochs" in result.err


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "there"), "The disk is full: there."),
        (OSError("errno = 28, error message = 'No space left on device'"), "The disk is full."),
        (PermissionError(errno.EACCES, "Permission denied", "there"), "Permission denied: there."),
        (OSError(errno.EROFS, "Read-only file system", "there/.grid.x1y2.png"), "Permission denied: there."),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "there"),
            "No such file or directory: there.",
        ),
        (MemoryError(), "Not enough memory."),
        (RuntimeError("RESOURCE_EXHAUSTED: Out of memory"), "Not enough memory."),
    ],
)
def test_error_of_the_system_prints_one_sentence_and_its_note(kvae, monkeypatch, error, sentence):
    def train(*arguments, **options):
        error.add_note("Resume the run: kvae train --resume there")
        raise error

    monkeypatch.setattr(zoo, "train", train, raising=False)
    result = kvae("train")
    *_, first, note = result.err.splitlines()
    assert result.code == FAILED
    assert first.startswith(f"Error: {sentence}")
    assert note == "Resume the run: kvae train --resume there"


def test_error_of_python_keeps_its_traceback(kvae, monkeypatch):
    def train(*arguments, **options):
        return 1 / 0

    monkeypatch.setattr(zoo, "train", train, raising=False)
    with pytest.raises(ZeroDivisionError):
        kvae("train")


def test_error_with_json_prints_nothing_on_stdout(kvae):
    result = kvae("evaluate", "nowhere", "--json")
    assert (result.code, result.out) == (FAILED, "")
    assert result.err.startswith("Error: ")


def test_train_name_of_a_file_without_suffix_suggests_the_file(kvae, tmp_path):
    (tmp_path / "mine.py").write_text("")
    assert "Did you mean mine.py?" in kvae("train", "mine").err


@pytest.mark.parametrize("arguments", [["mnist/conv_vae"], ["--out", "full"]])
def test_train_missing_data_and_full_folders_are_reported_before_keras_is_imported(
    kvae, tmp_path, monkeypatch, arguments
):
    monkeypatch.setattr("kvae.cli.commands.train.import_keras", lambda: pytest.fail("Keras is imported"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert kvae("train", *arguments).code == FAILED


def test_bug_in_a_recipe_prints_the_traceback_from_the_recipe_on(tmp_path):
    recipe = tmp_path / "mine.py"
    recipe.write_text("from kvae.zoo.digits.vae import model, training\n\ndef data():\n    return 1 / 0\n")
    command = [sys.executable, "-m", "kvae", "train", str(recipe)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    first, place, *_, last = result.stderr.splitlines()
    assert result.returncode == 1
    assert first.startswith("Traceback")
    assert f'"{recipe}", line 4, in data' in place
    assert last.startswith("ZeroDivisionError")
