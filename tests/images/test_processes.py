"""Images that several processes decode: the same results as from one process, in every case."""

import shutil
import subprocess
import sys
import zipfile
from unittest.mock import MagicMock

import numpy as np
import pytest
from PIL import Image

from kvae.images import decoding, processes
from kvae.images.archives import open_archive

SETTINGS = {"size": 8, "color": "rgb"}


@pytest.fixture(params=["folder", "zip"])
def archive(request, tmp_path, rng):
    """Return an archive of 101 images, of which three are damaged and one is large."""
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(100):
        Image.fromarray(rng.integers(0, 256, (20, 16, 3), np.uint8)).save(folder / f"{i:03}.jpg")
    (folder / "040.jpg").write_bytes(b"no image")
    (folder / "050.jpg").write_bytes((folder / "050.jpg").read_bytes()[:300])
    Image.new("L", (4097, 4096)).save(folder / "060.png")
    (folder / "099.jpg").write_bytes(b"")
    if request.param == "folder":
        return open_archive(folder)
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as file:
        for path in folder.iterdir():
            file.write(path, path.name)
    return open_archive(tmp_path / "images.zip")


@pytest.fixture
def started(monkeypatch):
    """Let two processes decode from the first image on, and return the processes that are started."""
    started, popen = [], subprocess.Popen
    monkeypatch.setattr(processes, "ALONE", 0.0)
    monkeypatch.setattr(processes, "core_count", lambda: 2)
    monkeypatch.setattr(
        subprocess, "Popen", lambda *args, **options: started.append(popen(*args, **options)) or started[-1]
    )
    return started


def decoded(archive):
    """Return the results of an `ImageDecoder` as values that can be compared."""
    with processes.ImageDecoder(archive, SETTINGS) as decoder:
        results = list(decoder.decode(archive.images))
    return [(digest, None if x is None else (x.shape, x.tobytes()), reason) for digest, x, reason in results]


def expected(archive):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "core_count", lambda: 1)
        return decoded(archive)


def test_decode_by_several_processes_equals_one_process(archive, started):
    found = decoded(archive)
    assert found == expected(archive)
    assert [bool(reason) for *_, reason in found].count(True) == 3
    assert [process.poll() is not None for process in started] == [True, True]


def test_decode_of_few_images_or_on_one_core_starts_no_process(archive, started, monkeypatch):
    monkeypatch.setattr(processes, "ALONE", 60.0)
    assert len(decoded(archive)) == 101
    monkeypatch.setattr(processes, "ALONE", 0.0)
    monkeypatch.setattr(processes, "core_count", lambda: 1)
    assert len(decoded(archive)) == 101
    assert not started


@pytest.mark.parametrize("executable", ["", shutil.which("false")], ids=["none", "ends at once"])
def test_decode_without_working_processes_decodes_alone(archive, started, executable, monkeypatch):
    monkeypatch.setattr(sys, "executable", executable)
    assert decoded(archive) == expected(archive)


def test_decode_of_a_second_list_uses_the_same_processes(archive, started):
    with processes.ImageDecoder(archive, SETTINGS) as decoder:
        digests = [digest for part in (archive.images[:90], archive.images[90:]) for digest, *_ in decoder.decode(part)]
    assert digests == [digest for digest, *_ in expected(archive)]
    assert len(started) == 2


def test_decode_after_the_death_of_a_process_decodes_its_images(archive, started):
    with processes.ImageDecoder(archive, SETTINGS) as decoder:
        found = decoder.decode(archive.images)
        digests = [next(found)[0]]
        started[0].kill()
        digests += [digest for digest, *_ in found]
    assert digests == [digest for digest, *_ in expected(archive)]


def test_decode_that_is_stopped_ends_its_processes(archive, started):
    with processes.ImageDecoder(archive, SETTINGS) as decoder:
        next(decoder.decode(archive.images))
        assert [process.poll() for process in started] == [None, None]
    assert all(process.poll() is not None for process in started)


def test_decode_decodes_damaged_and_large_images_itself(archive, started, monkeypatch):
    monkeypatch.setattr(processes.decoding, "decode", decode := MagicMock(wraps=decoding.decode))
    decoded(archive)
    assert [call.args[0] for call in decode.call_args_list] == ["040.jpg", "050.jpg", "060.png", "099.jpg"]


def test_decode_in_a_script_without_a_main_guard_runs_the_script_once(archive, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"""
from pathlib import Path
from kvae.images import processes
from kvae.images.archives import open_archive

print("begun")
processes.ALONE, processes.core_count = 0.0, lambda: 2
archive = open_archive(Path({str(archive.path)!r}))
with processes.ImageDecoder(archive, {SETTINGS}) as decoder:
    print(*(digest for digest, *_ in decoder.decode(archive.images)))
""")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "begun\n" + " ".join(digest for digest, *_ in expected(archive)) + "\n"
    assert done.stderr == ""
