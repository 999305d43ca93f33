"""Files of data are read within bounds."""

import errno
import gzip

import pytest

from kvae.errors import UserError
from kvae.files import as_user_errors, read_bytes, read_text


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


def test_read_bytes_of_more_than_the_limit_raises_user_error(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(bytes(1 << 20)))
    with pytest.raises(UserError, match=r"at most 1,000 bytes, unpacked. Received: .*x\.gz"):
        read_bytes(tmp_path / "x.gz", limit=1_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_read_text_follows_the_byte_order_mark(tmp_path, encoding):
    (tmp_path / "x").write_bytes("Gärten\n".encode(encoding))
    assert read_text(tmp_path / "x") == "Gärten\n"
