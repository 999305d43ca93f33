"""File formats in which Keras exports networks on JAX."""

import contextlib

EXPORTS = {}
"""The package that Keras needs for each format, or None. There is no format.

jax2onnx, with which Keras writes ONNX on JAX, cannot convert transposed convolutions.
"""


def export_options(format: str, inputs: int) -> dict:
    """Return the options with which Keras exports a network with this number of inputs for batches of any size."""
    return {}


def attributes_kept(network) -> contextlib.AbstractContextManager:
    """Do nothing: an export does not change the network."""
    return contextlib.nullcontext()
