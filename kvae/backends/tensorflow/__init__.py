"""The functions of `kvae.backends` on TensorFlow."""

from kvae.backends.tensorflow.compilation import VALUES_AT_ONCE, compilation_cache, compiled, fused
from kvae.backends.tensorflow.convolutions import conv, conv_transpose
from kvae.backends.tensorflow.devices import (
    THREADS,
    device_names,
    devices,
    gains_from_bfloat16,
    gates_are_global,
    shard,
    threads,
)
from kvae.backends.tensorflow.exporting import EXPORTS, attributes_kept, export_options
from kvae.backends.tensorflow.gradients import Backend, apply_gradients, input_gradient
from kvae.backends.tensorflow.kernels import LOSSY_SUMS, batch_norm, softplus

__all__ = [
    "EXPORTS",
    "LOSSY_SUMS",
    "THREADS",
    "VALUES_AT_ONCE",
    "Backend",
    "apply_gradients",
    "attributes_kept",
    "batch_norm",
    "compilation_cache",
    "compiled",
    "conv",
    "conv_transpose",
    "device_names",
    "devices",
    "export_options",
    "fused",
    "gains_from_bfloat16",
    "gates_are_global",
    "input_gradient",
    "shard",
    "softplus",
    "threads",
]
