"""Arrays from `.npz` files."""

import io
import zipfile
from pathlib import Path

import numpy as np

from kvae.data.dataset import Dataset
from kvae.errors import UserError, first_line
from kvae.files import check_regular
from kvae.images.archives import read_member


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
    labels = tuple(map(str, found.get("label_names", ())))
    return Dataset.from_arrays(
        x[:limit],
        found["y"][:limit] if "y" in found else None,
        label_names=labels,
        held_out=held_out,
        seed=seed,
        name=f"npz:{path}",
    )


def read_arrays(path: Path, *names: str) -> list[np.ndarray]:
    """Return the named arrays of an `.npz` file without unpickling anything. Raise `UserError` if one is missing."""
    check_regular(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [archive.getinfo(f"{name}.npy") for name in names]
            return [np.load(io.BytesIO(read_member(archive, member)), allow_pickle=False) for member in members]
    except OSError:
        raise
    except KeyError as error:
        raise UserError(f"Expected the arrays {', '.join(names)}. Received: {path}: {error.args[0]}.") from error
    except Exception as error:  # `zipfile` and NumPy raise exceptions of many types for damaged bytes
        raise UserError(
            f"Expected an undamaged .npz file. Received: {path}: {first_line(error)}. Get the file again."
        ) from error
