"""Files are written completely or not at all."""

import errno
import os
import stat

import pytest

from kvae.files import atomic, atomic_folder, copy_files, leftovers, read_json, write_json


def test_atomic_replaces_the_old_file(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    for text in ("one", "two"):
        with atomic(path) as temporary:
            temporary.write_text(text)
            assert temporary.suffix == ".txt"
        assert path.read_text() == text
    assert os.listdir(path.parent) == ["file.txt"]


def test_atomic_after_an_error_leaves_only_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def run_out_of_room():
        with atomic(path) as temporary:
            temporary.write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        run_out_of_room()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_atomic_sets_the_permissions_of_an_ordinary_file(tmp_path):
    plain, path = tmp_path / "plain", tmp_path / "file"
    plain.touch()
    with atomic(path) as temporary:
        temporary.write_text("x")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


DEAD = 999_999_999
"""A number that no process has."""


def _left_by(process, folder, name):
    return folder / f".{name}.{leftovers._HOST}-{process}-{'0' * 6}-{'0' * 8}.txt"


def test_atomic_removes_what_killed_processes_left(tmp_path):
    """A process of the number of this one was another one, as in a container that has started again."""
    for process in (DEAD, os.getpid()):
        _left_by(process, tmp_path, "file").write_text("half")
    _left_by(DEAD, tmp_path, "folder").mkdir()
    kept = _left_by(os.getppid(), tmp_path, "file")
    kept.write_text("at work")
    (tmp_path / ".hidden.txt").write_text("mine")
    with atomic(tmp_path / "file.txt") as temporary:
        temporary.write_text("new")
    assert sorted(os.listdir(tmp_path)) == sorted([".hidden.txt", kept.name, "file.txt"])


def test_atomic_within_atomic_keeps_both_files(tmp_path):
    with atomic(tmp_path / "file.txt") as first, atomic(tmp_path / "file.txt") as second:
        first.write_text("first")
        second.write_text("second")
    assert (tmp_path / "file.txt").read_text() == "first"


def test_atomic_needs_no_permission_to_change_modes(tmp_path, monkeypatch):
    def refuse(path, *args, **kwargs):
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path))

    monkeypatch.setattr(os, "chmod", refuse)
    (tmp_path / "from" / "deep").mkdir(parents=True)
    write_json(tmp_path / "from" / "deep" / "x.json", {})
    with atomic_folder(tmp_path / "to") as folder:
        copy_files(tmp_path / "from", folder)
    assert read_json(tmp_path / "to" / "deep" / "x.json") == {}


def test_atomic_folder_replaces_the_old_folder(tmp_path):
    for name in ("one", "two"):
        with atomic_folder(tmp_path / "folder") as temporary:
            (temporary / name).touch()
        assert os.listdir(tmp_path / "folder") == [name]
    assert os.listdir(tmp_path) == ["folder"]


def test_atomic_folder_after_an_error_leaves_only_the_old_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").touch()
    with pytest.raises(FileNotFoundError), atomic_folder(tmp_path / "folder") as temporary:
        (temporary / "missing" / "new").touch()
    assert os.listdir(tmp_path) == ["folder"]
    assert os.listdir(tmp_path / "folder") == ["old"]
