"""The functions of `kvae.backends` on TensorFlow."""

from kvae.backends.tensorflow.compilation import VALUES_AT_ONCE, compilation_cache, compiled, fused
from kvae.backends.tensorflow.convolutions import conv, conv_transpose
from kvae.backends.tensorflow.devices import (
    THREADS,
    device_names,
    devices,
    gates_are_global,
    shard,
    slower_in_bfloat16,
    threads,
)
from kvae.backends.tensorflow.exporting import EXPORTS, export_options
from kvae.backends.tensorflow.gradients import Backend, apply_gradients, input_gradient
from kvae.backends.tensorflow.kernels import batch_norm, softplus

__all__ = [
    "EXPORTS",
    "THREADS",
    "VALUES_AT_ONCE",
    "Backend",
    "apply_gradients",
    "batch_norm",
    "compilation_cache",
    "compiled",
    "conv",
    "conv_transpose",
    "device_names",
    "devices",
    "export_options",
    "fused",
    "gates_are_global",
    "input_gradient",
    "shard",
    "slower_in_bfloat16",
    "softplus",
    "threads",
]
