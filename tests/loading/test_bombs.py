"""Files that unpack to far more than their size. Each is refused before it does."""

import io
import json
import tracemalloc
import zipfile
import zlib

import h5py
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.files import MAX_JSON, read_json
from kvae.loading import load_archive
from kvae.loading.arrays import check_weights

MEGABYTE = 2**20


@pytest.fixture
def little_memory():
    """Fail the test if Python allocates more than 100 MB at once."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * MEGABYTE


def _archive(path, method, size):
    """Write a .keras file whose config.json unpacks to `size` bytes, and states 1,000 bytes."""
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("config.json", b" " * size)
        archive.writestr("model.weights.h5", b"x")
    packed = bytearray(path.read_bytes())
    entry = packed.find(b"PK\x01\x02")
    packed[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(packed)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_keras_file_with_a_huge_configuration_is_refused(method, tmp_path, request):
    path = _archive(tmp_path / "model.keras", method, 150 * MEGABYTE)
    request.getfixturevalue("little_memory")
    with pytest.raises(UserError, match=r"stored or deflated|damaged|at most"):
        load_archive(path)


def test_keras_file_with_large_weights_names_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("kvae.loading.model.MAX_BYTES", 10)
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"x" * 11)
    with pytest.raises(UserError, match=r"Expected model\.weights\.h5 of at most 10 bytes"):
        load_archive(tmp_path / "model.keras")


def test_huge_json_is_refused(tmp_path):
    (tmp_path / "card.json").write_text(json.dumps({"a": "x" * MAX_JSON}))
    with pytest.raises(UserError, match=f"at most {MAX_JSON:,} bytes"):
        read_json(tmp_path / "card.json")


def _weights(path, values, packed=None, **options):
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("x", data=values, **options)
        if packed is not None:
            dataset.id.write_direct_chunk((0,), packed)
    return path


def test_chunks_of_weights_that_unpack_to_their_size_pass(tmp_path):
    values = np.random.default_rng(0).random(10_000).astype("float32")
    check_weights(_weights(tmp_path / "w.h5", values, compression="gzip", shuffle=True), "w")
    check_weights(_weights(tmp_path / "w.h5", values.astype("uint8"), compression="gzip"), "w")  # left unpacked
    check_weights(_weights(tmp_path / "w.h5", values, chunks=(7,)), "w")


def test_chunk_that_unpacks_to_more_is_refused(tmp_path, little_memory):
    packer, packed = zlib.compressobj(9), io.BytesIO()
    for _ in range(300):
        packed.write(packer.compress(bytes(MEGABYTE)))
    packed.write(packer.flush())
    path = _weights(tmp_path / "w.h5", np.zeros(1000), packed.getvalue(), chunks=(1000,), compression="gzip")
    with pytest.raises(UserError, match="unpacks to more"):
        check_weights(path, "w")


@pytest.mark.parametrize("options", [{"chunks": (2**25,), "maxshape": (None,)}, {"compression": "lzf"}])
def test_huge_chunks_and_other_filters_are_refused(options, tmp_path):
    with pytest.raises(UserError, match="Expected arrays in chunks"):
        check_weights(_weights(tmp_path / "w.h5", np.zeros(1000), **options), "w")
