"""Data sets as NumPy arrays, read from their official files.

`load` reads a data set, `names` lists them, `is_available` says if one can be loaded, and `licence` states its terms.
These questions are answered quickly: NumPy is imported only when it is needed.
"""

import importlib
from typing import TYPE_CHECKING

from kvae.data.licences import licence as licence
from kvae.data.registry import is_available as is_available
from kvae.data.registry import load as load
from kvae.data.registry import names as names

if TYPE_CHECKING:
    from kvae.data.dataset import Dataset as Dataset
    from kvae.data.dataset import Split as Split
    from kvae.data.transforms import binarize as binarize


_LATE = {"Dataset": "dataset", "Split": "dataset", "binarize": "transforms"}


def __getattr__(name):
    if name in _LATE:
        return getattr(importlib.import_module(f"kvae.data.{_LATE[name]}"), name)
    raise AttributeError(f"module 'kvae.data' has no attribute {name!r}")
