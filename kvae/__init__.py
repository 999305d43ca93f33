"""Published variational autoencoders that run, on TensorFlow, JAX and PyTorch.

    import kvae
    dataset = kvae.data.load("digits")
    model = kvae.models.VAE(encoder, decoder)

Importing `kvae` is cheap: Keras is imported with the first use of something that needs it, so that a program may still
choose `KERAS_BACKEND`. Whoever imports Keras beside it finds every kvae class registered, and
`keras.saving.load_model` reads a saved kvae model.
"""

import importlib
import sys

import wrapt

from kvae.version import __version__ as __version__

_WITH_KERAS = (
    "callbacks",
    "distributions",
    "latent",
    "models",
    "networks",
    "objectives",
    "presets",
    "runs",
    "training",
)
_MODULES = (*_WITH_KERAS, "data", "evaluation", "plots", "recipes", "tuning", "zoo")
_OF_PRESETS = ("from_preset", "push_preset", "to_preset")


def _register_classes(imported):
    """Imports all parts whose classes register themselves; later, while a part of kvae is itself half imported."""
    half = [m for name, m in sys.modules.items() if name.startswith("kvae.") and m is not imported]
    if not any(getattr(module.__spec__, "_initializing", False) for module in half):
        for part in ("models", "networks"):
            importlib.import_module(f"kvae.{part}")


for _name in ("keras", *(f"kvae.{part}" for part in _WITH_KERAS)):
    wrapt.register_post_import_hook(_register_classes, _name)


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"kvae.{name}")
    if name in _OF_PRESETS:
        return getattr(importlib.import_module("kvae.presets"), name)
    raise AttributeError(f"module 'kvae' has no attribute {name!r}")


def __dir__():
    return [*globals(), *_MODULES, *_OF_PRESETS]
