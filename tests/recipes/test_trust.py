"""Recipe files run if the user has named them on this account, and not because a run or a search names them."""

import json
import os
import py_compile

import keras
import numpy as np
import pytest

from kvae import models, zoo
from kvae.errors import UserError
from kvae.presets import from_preset
from kvae.recipes import trust
from kvae.recipes.trained_data import TrainedData
from kvae.runs import Run

CODE = """
from pathlib import Path

from kvae.zoo.digits.vae import data, model, training

Path(__file__).with_suffix(".ran").touch()
"""


@pytest.fixture
def gift(tmp_path, monkeypatch):
    """A run directory of a stranger, with a recipe file."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "gift"
    folder.mkdir()
    (folder / "notes.py").write_text(CODE)
    config = {
        "recipe": str(folder / "notes.py"),
        "parameters": {},
        "seed": 0,
        "data": {"name": "digits", "fingerprint": "0"},
        "backend": "jax",
    }
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _ran(folder) -> bool:
    return (folder / "notes.ran").exists()


def test_recipe_file_that_a_run_names_is_not_run(gift):
    opened = TrainedData(Run(gift))
    with pytest.raises(UserError, match=r"run `kvae show .*notes\.py` once"):
        _ = opened.recipe
    with pytest.raises(UserError, match="has no checkpoint"):
        _ = opened.model
    with pytest.raises(UserError, match="used on this account"):
        zoo.resume(gift)
    assert not _ran(gift)


def test_run_whose_recipe_file_is_lost_names_its_record(gift):
    (gift / "notes.py").unlink()
    (gift / "recipe.txt").write_text(CODE)
    with pytest.raises(UserError, match=r"notes\.py, which does not exist\. Restore it: recipe\.txt"):
        _ = TrainedData(Run(gift)).recipe


def test_recipe_file_that_the_user_has_named_runs_once(gift):
    recipe = zoo.load(str(gift / "notes.py"))
    (gift / "notes.ran").unlink()
    assert TrainedData(Run(gift)).recipe.module is recipe.module
    assert not _ran(gift)


def test_recipe_file_that_another_process_has_named_runs(gift, monkeypatch):
    trust.remember(gift / "notes.py", (gift / "notes.py").read_bytes())
    monkeypatch.setattr(trust, "_named", set())
    assert TrainedData(Run(gift)).recipe.file == gift / "notes.py"
    assert _ran(gift)


def test_compiled_code_next_to_a_recipe_file_is_not_run(gift):
    file = gift / "notes.py"
    file.write_text(CODE + 'raise SystemExit("hostile")')
    py_compile.compile(str(file), doraise=True)
    status, size = file.stat(), len(file.read_bytes())
    file.write_text(CODE + " " * (size - len(CODE)))  # Python takes the compiled code for that of this file
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert zoo.load(str(file)).file == file


def test_recipe_file_that_has_changed_since_is_not_run(gift):
    zoo.load(str(gift / "notes.py"))
    (gift / "notes.ran").unlink()
    (gift / "notes.py").write_text(f"{CODE}\n# changed")
    with pytest.raises(UserError, match="is new or has changed"):
        _ = TrainedData(Run(gift)).recipe
    assert not _ran(gift)


def test_copy_of_a_named_recipe_file_is_not_run(gift, tmp_path):
    (tmp_path / "mine.py").write_text(CODE)
    zoo.load(str(tmp_path / "mine.py"))
    with pytest.raises(UserError, match="used on this account"):
        _ = TrainedData(Run(gift)).recipe
    assert not _ran(gift)


def test_account_that_can_keep_no_record_trusts_a_file_in_one_process(gift, monkeypatch, caplog):
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/state")
    zoo.load(str(gift / "notes.py"))
    assert "is trusted in this process only" in caplog.text
    assert TrainedData(Run(gift)).recipe.file == gift / "notes.py"
    monkeypatch.setattr(trust, "_named", set())
    with pytest.raises(UserError, match="used on this account"):
        _ = TrainedData(Run(gift)).recipe


CLASSES = (
    CODE
    + """
import keras


@keras.saving.register_keras_serializable("kvae-tests")
class Trebled(keras.layers.Layer):
    def call(self, x):
        return 3 * x
"""
)


def _own_model(*own):
    x = keras.Input((8,))
    h = x
    for layer in own:
        h = layer(h)
    return models.VAE(
        keras.Model(x, keras.layers.Dense(4)(h)), keras.Sequential([keras.Input((2,)), keras.layers.Dense(8)])
    )


def test_run_of_a_named_recipe_file_may_use_its_classes(gift, rng):
    (gift / "notes.py").write_text(CLASSES)
    zoo.load(str(gift / "notes.py"))
    model = _own_model(keras.saving.get_registered_object("kvae-tests>Trebled")())
    Run(gift).save_model(model)
    x = rng.random((4, 8)).astype("float32")
    np.testing.assert_allclose(TrainedData(Run(gift)).model.encode(x), model.encode(x), atol=1e-6)
    with pytest.raises(UserError, match=r"names .*Trebled"):
        from_preset(gift)


def test_run_of_a_named_recipe_file_may_not_use_lambda_layers(gift):
    zoo.load(str(gift / "notes.py"))
    Run(gift).save_model(_own_model(keras.layers.Lambda(lambda x: x)))
    with pytest.raises(UserError, match=r"names .*Lambda"):
        _ = TrainedData(Run(gift)).model
