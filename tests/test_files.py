"""Files are written completely or not at all."""

import errno
import gzip
import os
import stat

import pytest

from kvae import files
from kvae.errors import UserError
from kvae.files import (
    LOCK,
    as_user_errors,
    atomic,
    atomic_folder,
    copy_files,
    locked,
    read_bytes,
    read_json,
    read_text,
    write_csv,
    write_json,
)


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


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "x.bin"), "permission to read the data. Received: x.bin"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "x"), "readable data. Received: x: Is a directory"),
    ],
)
def test_as_user_errors_names_the_file(error, message):
    with pytest.raises(UserError, match=message), as_user_errors():
        raise error


def test_as_user_errors_passes_other_exceptions_on():
    with pytest.raises(KeyError), as_user_errors():
        raise KeyError


def test_read_bytes_decompresses_gzip_files(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"abc"))
    assert read_bytes(tmp_path / "x") == read_bytes(tmp_path / "x.gz") == b"abc"


def test_read_bytes_of_a_damaged_gzip_file_raises_user_error(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"abc")[:-5])
    with pytest.raises(UserError, match=r"undamaged gzip file. Received: .*x\.gz"):
        read_bytes(tmp_path / "x.gz")


def test_read_json_returns_what_write_json_wrote(tmp_path):
    write_json(tmp_path / "x.json", {"a": [1, 2.5, None]})
    assert read_json(tmp_path / "x.json") == {"a": [1, 2.5, None]}


@pytest.mark.parametrize("content", ["{", "\xff", "[" * 200_000])
def test_read_json_of_a_damaged_file_raises_user_error(tmp_path, content):
    (tmp_path / "x.json").write_text(content, encoding="latin-1")
    with pytest.raises(UserError, match=r"valid JSON file. Received: .*x\.json"):
        read_json(tmp_path / "x.json")


def test_read_json_of_a_missing_file_raises_user_error(tmp_path):
    with pytest.raises(UserError, match=r"complete run, search or preset. Received: .*, which lacks x\.json"):
        read_json(tmp_path / "x.json")


def test_write_csv_leaves_missing_cells_empty(tmp_path):
    write_csv(tmp_path / "x.csv", [{"a": 1}, {"b": "2, 3"}])
    assert (tmp_path / "x.csv").read_text() == 'a,b\n1,\n,"2, 3"\n'


def test_read_bytes_of_more_than_the_limit_raises_user_error(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(bytes(1 << 20)))
    with pytest.raises(UserError, match=r"at most 1,000 bytes, unpacked. Received: .*x\.gz"):
        read_bytes(tmp_path / "x.gz", limit=1_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_read_text_follows_the_byte_order_mark(tmp_path, encoding):
    (tmp_path / "x").write_bytes("Gärten\n".encode(encoding))
    assert read_text(tmp_path / "x") == "Gärten\n"


DEAD = 999_999_999
"""A number that no process has."""


def _left_by(process, folder, name):
    return folder / f".{name}.{files._HOST}-{process}-{'0' * 6}-{'0' * 8}.txt"


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


def test_locked_folder_is_refused_with_the_process(tmp_path):
    with locked(tmp_path / LOCK):
        with pytest.raises(UserError, match=f"in use by process {os.getpid()} on "), locked(tmp_path / LOCK):
            pass
        assert os.listdir(tmp_path) == [LOCK]
    assert os.listdir(tmp_path) == []


def test_locked_takes_over_the_lock_of_a_killed_process(tmp_path, run_python):
    code = f"import os\nfrom kvae.files import locked\nwith locked({str(tmp_path / LOCK)!r}):\n    os._exit(0)"
    run_python(code)
    assert os.listdir(tmp_path) == [LOCK]
    with locked(tmp_path / LOCK):
        pass
    assert os.listdir(tmp_path) == []
