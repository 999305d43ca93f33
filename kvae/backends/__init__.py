"""What differs between the three backends, and nothing else does.

`Backend` gives a model `train_step`, `test_step` and `gradients(loss, variables)`; `compiled(function, variables)` makes
a function of tensors and of those variables fast; inside `devices(count, cluster)` models learn on several devices,
`shard()` says how batches are shared among them, `gates_are_global()` whether all of them see one gate; inside
`compilation_cache()` models that differ in values alone share what was compiled; `fused(function)`, `softplus`,
`batch_norm` (None where Keras' own is as fast) and `slow_strided_convolutions` spare what one of the three is slow at. These
are the only files that import jax, tensorflow or torch.
"""

import importlib

import keras

_backend = importlib.import_module(f"kvae.backends.{keras.backend.backend()}")

Backend = _backend.Backend
batch_norm = _backend.batch_norm
compiled = _backend.compiled
compilation_cache = _backend.compilation_cache
devices = _backend.devices
gates_are_global = _backend.gates_are_global
fused = _backend.fused
shard = _backend.shard
slow_strided_convolutions = _backend.slow_strided_convolutions
softplus = _backend.softplus
