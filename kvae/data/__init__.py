"""Data sets as NumPy arrays, in their official layouts: `load` one, list the `names`, ask whether it
`is_here`, and on which terms it may be used (`licence`).

Asking is quick, since NumPy is imported with the first thing that needs it.
"""

import importlib
from typing import TYPE_CHECKING

from kvae.data.licences import licence as licence
from kvae.data.registry import is_here as is_here
from kvae.data.registry import load as load
from kvae.data.registry import names as names

if TYPE_CHECKING:
    from kvae.data.dataset import Dataset as Dataset
    from kvae.data.dataset import Split as Split
    from kvae.data.dataset import check_array as check_array
    from kvae.data.transforms import binarize as binarize


_LATE = {"Dataset": "dataset", "Split": "dataset", "check_array": "dataset", "binarize": "transforms"}


def __getattr__(name):
    if name in _LATE:
        return getattr(importlib.import_module(f"kvae.data.{_LATE[name]}"), name)
    raise AttributeError(f"module 'kvae.data' has no attribute {name!r}")
