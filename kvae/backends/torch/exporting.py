"""File formats in which Keras exports networks on PyTorch."""

import contextlib

import torch

EXPORTS = {"torch": None}
"""The package that Keras needs for each format, or None.

Keras writes ONNX with PyTorch's older exporter if the size of a batch is free. It fails for convolutions with channels last.
"""


def export_options(format: str, inputs: int) -> dict:
    """Return the options with which Keras exports a network with this number of inputs for batches of any size."""
    batch = {0: torch.export.Dim("batch")}
    return {"dynamic_shapes": [(batch if inputs == 1 else [batch] * inputs,)]}


@contextlib.contextmanager
def attributes_kept(network):
    """Restore the attributes of a network and of its layers at the end.

    `torch.export` replaces them with copies, in which the dicts of Keras are sorted. The order of domains would change.
    """
    kept = [(module, dict(vars(module))) for module in network.modules()]
    try:
        yield
    finally:
        for module, attributes in kept:
            vars(module).update(attributes)
