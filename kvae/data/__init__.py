"""Data sets as NumPy arrays, read from their official files.

`load` reads a data set, `names` lists them, `is_available` returns True if one can be loaded, `describe` returns its origin
and files, `download` gets them, and `licence` returns its terms. Importing this package does not import NumPy, so that a
command can list the data sets quickly.
"""

import importlib
from typing import TYPE_CHECKING

from kvae.data.inventory import describe as describe
from kvae.data.licences import licence as licence
from kvae.data.registry import is_available as is_available
from kvae.data.registry import load as load
from kvae.data.registry import names as names

if TYPE_CHECKING:
    from kvae.data.dataset import Dataset as Dataset
    from kvae.data.dataset import Split as Split
    from kvae.data.downloads import download as download
    from kvae.data.transforms import Jitter as Jitter
    from kvae.data.transforms import binarize as binarize


_LAZY = {
    "Dataset": "dataset",
    "Jitter": "transforms",
    "Split": "dataset",
    "binarize": "transforms",
    "download": "downloads",
}


if not TYPE_CHECKING:  # so that a type checker finds a misspelled name

    def __getattr__(name):
        if name in _LAZY:
            return getattr(importlib.import_module(f"kvae.data.{_LAZY[name]}"), name)
        raise AttributeError(f"module 'kvae.data' has no attribute {name!r}")
