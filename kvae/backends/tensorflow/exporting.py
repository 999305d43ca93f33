"""File formats in which Keras exports networks on TensorFlow."""

import contextlib

EXPORTS = {"onnx": "tf2onnx", "saved_model": None, "litert": None}
"""The package that Keras needs for each format, or None."""


def export_options(format: str, inputs: int) -> dict:
    """Return the options with which Keras exports a network with this number of inputs for batches of any size."""
    return {}


def attributes_kept(network) -> contextlib.AbstractContextManager:
    """Do nothing: an export does not change the network."""
    return contextlib.nullcontext()
