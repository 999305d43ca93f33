"""A folder has one writer at a time."""

import os

import pytest

from kvae.files import LOCK, InUse, locked, require_new
from kvae.files.leftovers import temporary_path
from tests.conftest import locked_by_another


def test_locked_folder_is_refused_with_the_process(tmp_path):
    with locked_by_another(tmp_path / LOCK):
        with pytest.raises(InUse, match=f"in use by process {os.getpid()} on "), locked(tmp_path / LOCK):
            pass
        assert os.listdir(tmp_path) == [LOCK]
    assert os.listdir(tmp_path) == []


def test_locked_block_within_a_locked_block_keeps_the_lock(tmp_path):
    with locked(tmp_path / LOCK):
        with locked(tmp_path / LOCK):
            pass
        assert os.listdir(tmp_path) == [LOCK]
        with pytest.raises(InUse), locked_by_another(tmp_path / LOCK):
            pass
    assert os.listdir(tmp_path) == []


def test_locked_takes_over_the_lock_of_a_killed_process(tmp_path, run_python):
    code = f"import os\nfrom kvae.files import locked\nwith locked({str(tmp_path / LOCK)!r}):\n    os._exit(0)"
    run_python(code)
    assert os.listdir(tmp_path) == [LOCK]
    with locked(tmp_path / LOCK):
        pass
    assert os.listdir(tmp_path) == []


def test_folder_with_files_of_a_killed_process_is_new(tmp_path):
    left = temporary_path(tmp_path / "config.json")
    (tmp_path / left.name.replace(str(os.getpid()), "999999999")).touch()
    (tmp_path / LOCK).touch()
    require_new(tmp_path)
    assert os.listdir(tmp_path) == [LOCK]
