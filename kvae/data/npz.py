"""Arrays from `.npz` files."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from kvae.errors import UserError


def read_arrays(path: Path, *names: str) -> list[np.ndarray]:
    """Return the named arrays of an `.npz` file without unpickling anything. Raise `UserError` if one is missing."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except KeyError as error:
        raise UserError(f"Expected the arrays {', '.join(names)}. Received: {path}: {error.args[0]}.") from error
    except (ValueError, EOFError, AttributeError, zlib.error, zipfile.BadZipFile) as error:
        raise UserError(f"Expected an undamaged .npz file. Received: {path}: {error}. Get the file again.") from error
