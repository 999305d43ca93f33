"""What differs between the three backends, and nothing else does.

`Backend` gives a model `train_step`, `test_step` and `gradients(loss, variables)`; `compiled(function, variables)` makes
a function of tensors and of those variables fast; inside `devices(count, cluster)` models learn on several devices,
`sharing()` says how batches are shared among them, `gates_agree()` whether all of them see one gate; inside
`compiling_once()` models that differ in values alone share what was compiled; `in_one_pass(function)`, `softplus`,
`batch_norm` (None where Keras' own is as fast) and `slow_strided_convolutions` spare what one of the three is slow at. These
are the only files that import jax, tensorflow or torch.
"""

import importlib

import keras

_backend = importlib.import_module(f"kvae.training.backends.{keras.backend.backend()}")

Backend = _backend.Backend
batch_norm = _backend.batch_norm
compiled = _backend.compiled
compiling_once = _backend.compiling_once
devices = _backend.devices
gates_agree = _backend.gates_agree
in_one_pass = _backend.in_one_pass
sharing = _backend.sharing
slow_strided_convolutions = _backend.slow_strided_convolutions
softplus = _backend.softplus
