"""Commands refuse a run of a stranger in one sentence, and run nothing of it."""

import json
import re
import zipfile

import pytest

COMMANDS = {
    "blend": ("blend", "gift", "--select-a", "label=3", "--select-b", "label=4"),
    "compare": ("compare", "gift", "gift"),
    "evaluate": ("evaluate", "gift"),
    "evaluate --classifier": ("evaluate", "digits/vae", "--metric", "attributes", "--classifier", "gift"),
    "evaluate --features": ("evaluate", "digits/vae", "--metric", "frechet", "--features", "gift"),
    "explore": ("explore", "gift", "--static", "page"),
    "export": ("export", "gift", "preset"),
    "fit-sampler": ("fit-sampler", "gift"),
    "interpolate": ("interpolate", "gift", "0", "1"),
    "reconstruct": ("reconstruct", "gift"),
    "sample": ("sample", "gift"),
    "score": ("score", "gift"),
    "train --resume": ("train", "--resume", "gift"),
    "train --warm-start": ("train", "digits/vae", "--warm-start", "gift", "--set", "epochs=1"),
    "transfer": ("transfer", "gift", "--label", "x=1"),
    "traverse": ("traverse", "gift"),
}

CODE = """
from pathlib import Path

Path(__file__).with_suffix(".ran").touch()
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_command_does_not_run_the_recipe_file_of_a_run(kvae, run, tmp_path, command):
    gift = run.rename(tmp_path / "gift")
    (gift / "notes.py").write_text(CODE)
    config = json.loads((gift / "config.json").read_text())
    (gift / "config.json").write_text(json.dumps(config | {"recipe": "gift/notes.py"}))
    kvae(*COMMANDS[command])
    assert not (gift / "notes.ran").exists()


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"train --resume"}))  # which builds the model of the recipe
def test_command_refuses_the_hostile_model_of_a_run(kvae, run, tmp_path, command):
    gift = run.rename(tmp_path / "gift")
    with zipfile.ZipFile(gift / "model.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["config.json"] = re.sub(rb'"Dense"', b'"Lambda"', members["config.json"])
    with zipfile.ZipFile(gift / "model.keras", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    result = kvae(*COMMANDS[command])
    assert result.code == 1
    assert re.search(r"Error: Expected the configuration .*'Lambda'", result.err.splitlines()[-1]), result.err
    assert not (tmp_path / "preset").exists()
