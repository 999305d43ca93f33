"""The differences between TensorFlow, JAX and PyTorch. No other part of kvae imports one of them.

Each backend is a package. These six files are in each of them and offer the same names:

* `gradients`: `Backend`, the mixin that gives a model `train_step`, `test_step`, the functions that run several of them,
  `gradients(loss, variables)`, `callbacks_of_fit(callbacks)` and `loads_in_training_thread`, True if threads that load
  batches would slow a step down; `apply_gradients(optimizer, gradients, variables)`;
  `input_gradient(function, x)` for losses that contain a gradient.
* `compilation`: `compiled(function, variables)` compiles a function of tensors (on PyTorch it is recorded and replayed);
  `fused(function)` evaluates an expression in few passes over memory; inside `compilation_cache()` models that differ only
  in values share compiled code; `VALUES_AT_ONCE` is the number of values that are fastest to decode at once.
* `devices`: inside `devices(count, cluster)` models train on several devices; `device_names()` lists the devices;
  `shard()` returns the part of each batch that this process loads; `gates_are_global()` is True if a gate has the same
  value on all devices; `threads()` returns the number of threads, which the environment variable `THREADS` sets;
  `gains_from_bfloat16()` is True if networks train clearly faster in bfloat16 than in float32.
* `convolutions`: `conv` and `conv_transpose` of channels-last maps, each in the fastest form. The command that compares the
  forms is `python -m benchmarks.layers`.
* `exporting`: `EXPORTS` names the formats in which Keras exports networks, with the package that it needs for each;
  `export_options(format, inputs)` returns options for batches of any size; inside `attributes_kept(network)` an export
  does not change the network.
* `kernels`: `softplus` and `batch_norm` (None on a backend where the batch normalisation of Keras is as fast), for
  operations that are slow on one backend; `LOSSY_SUMS` is True if the sum of many values loses digits of float32.
"""

import importlib
from typing import TYPE_CHECKING

import keras

from kvae.backends.shard import Shard
from kvae.errors import UserError
from kvae.one_backend import BACKENDS

if keras.backend.backend() not in BACKENDS:
    raise UserError(
        f"Expected Keras on a backend that can train, {', '.join(BACKENDS)}. Received: KERAS_BACKEND="
        f"{keras.backend.backend()}, which is for inference only. Set KERAS_BACKEND and start a new process."
    )

if TYPE_CHECKING:  # the three packages offer the same names
    from kvae.backends import jax as _backend
else:
    _backend = importlib.import_module(f"kvae.backends.{keras.backend.backend()}")

# gradients
Backend = _backend.Backend
apply_gradients = _backend.apply_gradients
input_gradient = _backend.input_gradient

# compilation
VALUES_AT_ONCE = _backend.VALUES_AT_ONCE
compiled = _backend.compiled
compilation_cache = _backend.compilation_cache
fused = _backend.fused

# convolutions
conv = _backend.conv
conv_transpose = _backend.conv_transpose

# devices
device_names = _backend.device_names
devices = _backend.devices
gains_from_bfloat16 = _backend.gains_from_bfloat16
gates_are_global = _backend.gates_are_global
shard = _backend.shard
threads = _backend.threads
THREADS = _backend.THREADS

# exporting
EXPORTS = _backend.EXPORTS
attributes_kept = _backend.attributes_kept
export_options = _backend.export_options

# kernels
LOSSY_SUMS = _backend.LOSSY_SUMS
batch_norm = _backend.batch_norm
softplus = _backend.softplus

__all__ = [
    "EXPORTS",
    "LOSSY_SUMS",
    "THREADS",
    "VALUES_AT_ONCE",
    "Backend",
    "Shard",
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
