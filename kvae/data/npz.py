"""Arrays from `.npz` files."""

import io
import zipfile
from pathlib import Path

import numpy as np

from kvae.errors import UserError, first_line
from kvae.files import check_regular
from kvae.images.archives import read_member


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
