"""Files appear whole or not at all."""

import errno
import os
import stat

import pytest

from kvae.files import atomic


def test_the_new_file_replaces_the_old_one(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    for text in ("one", "two"):
        with atomic(path) as temporary:
            temporary.write_text(text)
            assert temporary.suffix == ".txt"
        assert path.read_text() == text
    assert os.listdir(path.parent) == ["file.txt"]


def test_an_error_leaves_the_old_file_and_no_rubbish(tmp_path):
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


def test_permissions_are_those_of_an_ordinary_file(tmp_path):
    plain, path = tmp_path / "plain", tmp_path / "file"
    plain.touch()
    with atomic(path) as temporary:
        temporary.write_text("x")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
