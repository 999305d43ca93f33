"""Arrays from `.npz` files."""

import io
import zipfile
from pathlib import Path

import numpy as np

from kvae.data.dataset import Dataset
from kvae.errors import UserError, first_line
from kvae.files import as_user_errors, check_regular
from kvae.images.archives import check_bytes, read_member

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
"""Functions that read the header of an array, by the version of NumPy's format."""


def load(path: Path, *, held_out: float = 0.1, limit: int | None = None, seed: int = 0) -> Dataset:
    """Return the first `limit` examples x, and the labels y if there are any, in an `.npz` file.

    `held_out` and `seed` are as for `Dataset.from_arrays`. `label_names` in the file are the names of the labels.
    """
    if not path.is_file():
        raise UserError(f"Expected an .npz file with the array x. Received: {path}, which does not exist.")
    (x,) = read_arrays(path, "x")  # it refuses a file that is no archive
    with zipfile.ZipFile(path) as archive:
        names = [name for name in ("y", "label_names") if f"{name}.npy" in archive.namelist()]
    found = dict(zip(names, read_arrays(path, *names), strict=True))
    label_names = found.get("label_names", np.empty(0, str))
    if label_names.ndim != 1 or label_names.dtype.kind not in "USiu":
        raise UserError(
            f"Expected a list of label_names. Received: {path}: label_names {label_names.dtype} {label_names.shape}."
        )
    return Dataset.from_arrays(
        _first(x, limit),
        _first(found["y"], limit) if "y" in found else None,
        label_names=tuple(map(str, label_names)),
        held_out=held_out,
        seed=seed,
        name=f"npz:{path}",
    )


def _first(x: np.ndarray, limit: int | None) -> np.ndarray:
    """Return the first `limit` entries of an array, or the array if it is one number, which `from_arrays` refuses."""
    return x[:limit] if x.ndim else x


def read_arrays(path: Path, *names: str, most: int | None = None) -> list[np.ndarray]:
    """Return the named arrays of an `.npz` file without unpickling anything.

    Raise `UserError` if one is missing, or if together they have more than `most` bytes after decompression.
    """
    check_regular(path)
    with as_user_errors(), open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                members = [archive.getinfo(f"{name}.npy") for name in names]
                size = sum(member.file_size for member in members)
                check_bytes(size)
                if most is not None and size > most:
                    raise ValueError(f"arrays of {size:,} bytes instead of at most {most:,}")
                return [_array(read_member(archive, member)) for member in members]
        except KeyError as error:
            raise UserError(f"Expected the arrays {', '.join(names)}. Received: {path}: {error.args[0]}.") from error
        except Exception as error:  # `zipfile` and NumPy raise exceptions of many types for damaged bytes
            raise UserError(
                f"Expected an undamaged .npz file. Received: {path}: {first_line(error)}. Get the file again."
            ) from error


def _array(contents: bytes) -> np.ndarray:
    """Return the array in an `.npy` file. `numpy.load` would allocate as much memory as the header asks for."""
    file = io.BytesIO(contents)
    read_header = _HEADERS.get(np.lib.format.read_magic(file))
    if read_header is None:
        raise ValueError("an array in a version of NumPy's format that is not in use")
    shape, fortran_order, dtype = read_header(file)
    if dtype.hasobject:
        raise ValueError("an array of Python objects, which could run code")
    return np.ndarray(shape, dtype, contents, file.tell(), order="F" if fortran_order else "C")
