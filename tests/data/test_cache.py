"""Prepared arrays: reused, streamed, prepared again if sources or files change; errors of the disk."""

import errno
import os
import resource
import shutil
import signal
import tracemalloc
import zipfile

import numpy as np
import pytest
from PIL import Image

from kvae import data
from kvae.data import cache, image_dataset
from kvae.errors import UserError
from kvae.images import archives


@pytest.fixture
def animals(tmp_path, paint):
    for i in range(4):
        paint(tmp_path / "animals" / f"{i}.png", (i, 0, 0))
    return tmp_path / "animals"


@pytest.fixture
def decoded(monkeypatch):
    """Count the images that are decoded."""
    names, decode = [], image_dataset.decoding.decode

    def counting(*args, **kwargs):
        names.append(None)
        return decode(*args, **kwargs)

    monkeypatch.setattr(image_dataset.decoding, "decode", counting)
    return names


def entry(cache_folder):
    (path,) = cache_folder.glob("*.npy")
    return path


def test_prepared_on_a_second_load_decodes_nothing(animals, decoded):
    first = data.load(f"folder:{animals}")
    assert len(decoded) == 4
    second = data.load(f"folder:{animals}")
    assert len(decoded) == 4
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.train.x, second.train.x)


def test_prepared_arrays_are_read_only_memory_maps(animals):
    x = data.load(f"folder:{animals}").train.x
    assert isinstance(x, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 0


def test_prepared_with_other_settings_makes_other_entries(animals, cache_folder):
    for size in (None, 4, 5):
        data.load(f"folder:{animals}", size=size)
    assert len(list(cache_folder.glob("*.npy"))) == 3


def test_prepared_after_a_changed_image_prepares_the_images_again(animals, paint):
    before = data.load(f"folder:{animals}")
    paint(animals / "2.png", (77, 0, 0))
    after = data.load(f"folder:{animals}")
    assert after.train.x[2, 0, 0, 0] == 77
    assert after.fingerprint != before.fingerprint


def test_prepared_after_a_changed_image_of_equal_size_and_date_prepares_the_images_again(animals, paint):
    path = paint(animals / "2.bmp", (1, 0, 0))
    status = path.stat()
    assert data.load(f"folder:{animals}").train.x[2, 0, 0, 0] == 1
    paint(path, (99, 0, 0))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert data.load(f"folder:{animals}").train.x[2, 0, 0, 0] == 99


def test_prepared_distinguishes_folders_whose_files_have_equal_stamps(tmp_path, paint, monkeypatch):
    stat, frozen = os.stat, os.stat(__file__)
    for i, name in enumerate(("a", "b")):
        paint(tmp_path / name / "0.bmp", (i, 0, 0))
    monkeypatch.setattr("pathlib.Path.stat", lambda self, **k: frozen if self.suffix == ".bmp" else stat(self, **k))
    for i, name in enumerate(("a", "b")):
        assert data.load(f"folder:{tmp_path / name}").train.x[0, 0, 0, 0] == i


def test_prepared_after_a_new_or_removed_image_prepares_the_images_again(animals, paint):
    paint(animals / "9.png")
    assert len(data.load(f"folder:{animals}").train) == 5
    (animals / "9.png").unlink()
    assert len(data.load(f"folder:{animals}").train) == 4


def test_fingerprint_after_a_new_date_is_the_same(animals, decoded):
    before = data.load(f"folder:{animals}").fingerprint
    os.utime(animals / "2.png", (1, 1))
    assert data.load(f"folder:{animals}").fingerprint == before
    assert len(decoded) == 8


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-9] + b"\xff" + path.read_bytes()[-8:]),
        lambda path: path.write_bytes(b"\xff" * 20 + path.read_bytes()[20:]),
        lambda path: path.with_suffix(".json").write_text("{"),
        lambda path: path.with_suffix(".json").write_text("[]"),
        lambda path: path.with_suffix(".json").write_text("[" * 100_000),
        lambda path: path.with_suffix(".json").write_text(
            path.with_suffix(".json").read_text().replace("content", "c")
        ),
        lambda path: path.with_suffix(".json").unlink(),
        lambda path: path.unlink(),
    ],
    ids=[
        "truncated",
        "empty",
        "one byte",
        "header",
        "notes cut",
        "notes other",
        "notes deep",
        "notes changed",
        "no notes",
        "no array",
    ],
)
def test_prepared_with_a_damaged_entry_prepares_it_again(animals, cache_folder, decoded, damage):
    before = np.array(data.load(f"folder:{animals}").train.x)
    damage(entry(cache_folder))
    after = data.load(f"folder:{animals}")
    np.testing.assert_array_equal(after.train.x, before)
    assert len(decoded) == 8
    data.load(f"folder:{animals}")
    assert len(decoded) == 8


def test_prepared_after_a_failure_leaves_no_file(animals, cache_folder):
    (animals / "3.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"3\.png"):
        data.load(f"folder:{animals}")
    assert list(cache_folder.iterdir()) == []


def test_prepared_without_a_writable_cache_raises_user_error(animals, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(UserError, match=r"Received: KVAE_CACHE=.*file/cache: Not a directory. Set KVAE_CACHE"):
        data.load(f"folder:{animals}")


def test_prepared_on_a_full_disk_raises_user_error(animals, cache_folder, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"Received: KVAE_CACHE=.*cache: No space left on device. Set KVAE_CACHE"):
        data.load(f"folder:{animals}")
    assert list(cache_folder.iterdir()) == []


def test_prepared_on_a_disk_that_becomes_full_raises_user_error(animals, cache_folder):
    """The operating system refuses to let the file grow, as it does at a quota."""
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(UserError, match=r"KVAE_CACHE=.*cache: File too large"):
            data.load(f"folder:{animals}", size=200)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, former)
    assert list(cache_folder.iterdir()) == []


def test_prepared_holds_one_row_at_a_time_in_memory():
    rows = 64

    def produce(notes):
        for i in range(rows):
            yield np.full((1 << 20,), i, np.uint8)

    tracemalloc.start()
    try:
        x, _ = cache.prepared("rows", "streamed", rows, produce)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert x.nbytes == rows << 20
    assert peak < 8 << 20
    assert x[:, 0].tolist() == list(range(rows))


def test_folder_by_default_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("KVAE_CACHE")
    assert cache.folder() == tmp_path / "home" / ".cache" / "kvae"


def test_prepared_without_a_terminal_logs_one_line(animals, caplog, capsys):
    caplog.set_level("INFO")
    data.load(f"folder:{animals}")
    assert "Preparing images of folder train: 4." in caplog.messages
    assert capsys.readouterr().out == ""


def test_prepared_on_a_terminal_writes_nothing_to_stdout(animals, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert len(data.load(f"folder:{animals}").train) == 4
    assert capsys.readouterr().out == ""


def test_prepared_of_a_zip_file_depends_on_its_content_and_not_on_checksums(animals, tmp_path, monkeypatch):
    for name, value in (("a.zip", 1), ("b.zip", 2)):
        Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(tmp_path / "0.bmp")
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            file.write(tmp_path / "0.bmp", "0.bmp")
    monkeypatch.setattr(archives, "_stamp_of_member", lambda info: "equal")
    first, second = (data.load(f"folder:{tmp_path / name}") for name in ("a.zip", "b.zip"))
    assert (first.train.x[0, 0, 0, 0], second.train.x[0, 0, 0, 0]) == (1, 2)
    assert first.fingerprint != second.fingerprint


def test_prepared_of_a_copied_zip_file_decodes_nothing(animals, tmp_path, decoded):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.write(animals / "0.png", "0.png")
    data.load(f"folder:{tmp_path / 'a.zip'}")
    shutil.copy(tmp_path / "a.zip", tmp_path / "b.zip")
    data.load(f"folder:{tmp_path / 'b.zip'}")
    assert len(decoded) == 1
