"""Paths below the home directory. Some accounts have none, such as those of containers."""

import os
from pathlib import Path


def expanded(path: str | os.PathLike) -> Path:
    """Return `path` with the home directory in place of ~. It stays as it is for an account without a home."""
    return Path(os.path.expanduser(path))  # Path.expanduser would raise a RuntimeError
