"""Each training has a directory of its own, from its beginning."""

from pathlib import Path

import pytest

from kvae import zoo
from kvae.files import LOCK, InUse
from kvae.recipes.run_folder import run_folder
from tests.conftest import locked_by_another


def test_run_folders_of_trainings_that_start_together_differ(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = zoo.load("digits/vae")
    with run_folder(recipe, None) as first, run_folder(recipe, None) as second:
        assert (first, second) == (Path("runs/digits/vae"), Path("runs/digits/vae-2"))
    assert not Path("runs").exists()


def test_run_folder_in_use_is_refused(tmp_path):
    with (
        locked_by_another(tmp_path / "run" / LOCK),
        pytest.raises(InUse),
        run_folder(zoo.load("digits/vae"), tmp_path / "run"),
    ):
        pass
