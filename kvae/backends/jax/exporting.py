"""File formats in which Keras exports networks on JAX."""

EXPORTS = {"onnx": "jax2onnx"}
"""The package that Keras needs for each format, or None."""


def export_options(format: str, inputs: int) -> dict:
    """Return the options with which Keras exports a network with this number of inputs for batches of any size."""
    return {}
