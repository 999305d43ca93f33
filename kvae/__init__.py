"""Published variational autoencoders that run, on TensorFlow, JAX and PyTorch.

    import kvae
    dataset = kvae.data.load("digits")
    model = kvae.models.VAE(encoder, decoder)

Importing `kvae` is cheap: Keras is imported with the first use of something that needs it, so that a program may still
choose `KERAS_BACKEND`. Whoever imports Keras beside it finds every kvae class registered, and
`keras.saving.load_model` reads a saved kvae model.
"""

import importlib

import wrapt

from kvae.version import __version__ as __version__

_MODULES = ("data", "distributions", "evaluation", "models", "networks", "objectives", "runs", "training", "zoo")


@wrapt.when_imported("keras")
def _register_classes(keras):
    importlib.import_module("kvae.models")


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"kvae.{name}")
    raise AttributeError(f"module 'kvae' has no attribute {name!r}")


def __dir__():
    return [*globals(), *_MODULES]
