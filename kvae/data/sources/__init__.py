"""The declarations of the data sets, one in each file of this folder. The name of the file is that of the data set."""

import importlib
import pkgutil

from kvae.data.source import Source

SOURCES: dict[str, Source] = {
    module.name: importlib.import_module(f"{__name__}.{module.name}").SOURCE
    for module in pkgutil.iter_modules(__path__)
}
"""The declaration of each data set by its name."""
