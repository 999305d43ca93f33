"""Published variational autoencoders in Keras 3, for TensorFlow, JAX and PyTorch.

    import kvae
    dataset = kvae.data.load("digits")
    encoder = kvae.networks.mlp(dataset.shape, 2 * 8)  # mean and log standard deviation of 8 latent units
    decoder = kvae.networks.mlp(8, dataset.shape)
    model = kvae.models.VAE(encoder, decoder)

`import kvae` does not import Keras, so that a program can still choose `KERAS_BACKEND`. Keras is imported with the first
part of kvae that needs it. As soon as a program has imported both, `keras.saving.load_model` finds the classes of kvae.
"""

import contextlib
import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING

from kvae.errors import UserError
from kvae.version import __version__ as __version__

if TYPE_CHECKING:  # type checkers and editors do not see what `__getattr__` below imports
    from kvae import (
        callbacks,
        data,
        distributions,
        evaluation,
        explorer,
        latent,
        models,
        networks,
        objectives,
        plots,
        presets,
        recipes,
        runs,
        serving,
        training,
        tuning,
        zoo,
    )
    from kvae.presets import from_preset, push_preset, to_preset
    from kvae.recipes import open_trained

__all__ = [
    "__version__",
    "callbacks",
    "data",
    "distributions",
    "evaluation",
    "explorer",
    "from_preset",
    "latent",
    "models",
    "networks",
    "objectives",
    "open_trained",
    "plots",
    "presets",
    "push_preset",
    "recipes",
    "runs",
    "serving",
    "to_preset",
    "training",
    "tuning",
    "zoo",
]
_FUNCTIONS = {
    "from_preset": "presets",
    "open_trained": "recipes",
    "push_preset": "presets",
    "to_preset": "presets",
}
"""{function of `kvae` itself: the part of kvae that defines it}. All other names of `__all__` are parts."""

# Keras loads a saved model only if its classes are registered, and they register themselves when `models` and `networks` are
# imported. `import kvae` must not import these, because they import Keras. A program may import kvae before Keras, so the
# import of Keras has to trigger the registration. Keras has no way to ask for that, hence the hooks below.
#
# If a part of kvae imports Keras first, that part is only half imported at that moment. The models may need it, so importing
# them would fail. The registration then waits until that part is imported, and its hook runs.

_UP_TO_MODELS = tuple(
    f"kvae.{part}"
    for part in (
        "backends",
        "callbacks",
        "distributions",
        "evaluation",
        "latent",
        "models",
        "networks",
        "objectives",
        "plots",
        "runs",
        "training",
    )
)
"""The models, and the parts of kvae that they may import and that import Keras."""


def _register_classes(imported):
    """Import `models` and `networks`, unless a module that they may import is half imported."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(_UP_TO_MODELS)]
    half_imported = [m for m in modules if m is not imported and getattr(m.__spec__, "_initializing", False)]
    if "keras" in sys.modules and not half_imported:
        with contextlib.suppress(
            UserError
        ):  # the backend cannot train; a program that uses models gets this error then
            importlib.import_module("kvae.models")
            importlib.import_module("kvae.networks")


class _AfterImport:
    """An import hook that calls `_register_classes` after each of the given modules has been imported."""

    def __init__(self, names):
        self.waiting = set(names)

    def find_spec(self, name, path=None, target=None):
        if name not in self.waiting:
            return None
        self.waiting.discard(name)  # so that the search below does not call this hook again
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module):
                execute(module)
                _register_classes(module)

            spec.loader.exec_module = execute_and_register  # type: ignore[method-assign]  # a hook replaces it
        return spec


sys.meta_path.insert(0, _AfterImport({"keras", *_UP_TO_MODELS} - set(sys.modules)))


if not TYPE_CHECKING:  # so that a type checker finds a misspelled name

    def __getattr__(name):
        if name in _FUNCTIONS:
            return getattr(importlib.import_module(f"kvae.{_FUNCTIONS[name]}"), name)
        if name in __all__:
            return importlib.import_module(f"kvae.{name}")
        raise AttributeError(f"module 'kvae' has no attribute {name!r}")


def __dir__():
    return __all__


if "keras" in sys.modules:
    _register_classes(sys.modules["keras"])
