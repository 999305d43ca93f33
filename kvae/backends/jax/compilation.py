"""Compiled functions on JAX."""

import contextlib
import functools
import tempfile

import jax
import keras
from jax.experimental.compilation_cache import compilation_cache as xla_cache

VALUES_AT_ONCE = 2**21
"""Number of values that are fastest to compute at once on a CPU, when many samples are decoded (8 MB)."""

FUSIONS = {"xla_cpu_experimental_ynn_fusion_type": ""}
"""The option of XLA that turns off the fusions of YNNPACK.

Without them a step of a DCGAN network is 1.19 times as fast on two cores, that of a residual network 1.14 times, and that
of a dense network .94 to 1.06 times (`python -m benchmarks.fusions`).
"""


def jit(function, **options):
    """Return `jax.jit(function)`, on a CPU without the fusions that make convolutional networks slower."""
    return jax.jit(function, compiler_options=compiler_options(), **options)


@functools.cache
def compiler_options() -> dict[str, str] | None:
    """Return `FUSIONS`, or None on other devices and with a version of XLA that does not have this option."""
    if jax.default_backend() != "cpu":
        return None
    try:
        jax.jit(lambda x: x + 1, compiler_options=FUSIONS).lower(0.0).compile()
    except Exception:  # of a kind that differs between versions of JAX
        return None
    return FUSIONS


def compiled(function, variables):
    """Return a compiled version of `function`, which takes tensors.

    `variables` are the variables that it may read (weights) or assign (states of seed generators).
    """

    @jit
    def run(values, *inputs):
        with keras.StatelessScope(list(zip(variables, values, strict=True))) as scope:
            outputs = function(*inputs)
        after = [scope.get_current_value(variable) for variable in variables]
        assigned = {i: new for i, (old, new) in enumerate(zip(values, after, strict=True)) if new is not old}
        return outputs, assigned

    def call(*inputs):
        outputs, assigned = run([variable.value for variable in variables], *inputs)
        for i, value in assigned.items():
            variables[i].assign(value)
        return outputs

    return call


def fused(function):
    """Return `function()`. XLA fuses the operations of every compiled function."""
    return function()


@contextlib.contextmanager
def compilation_cache():
    """Cache compiled code in a temporary folder, or in the folder that the user has set.

    Models that differ only in values then share compiled code. Compilation takes half the time of a short training.
    """
    if jax.config.jax_compilation_cache_dir:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kvae-") as folder:
        try:
            _cache_in(folder)
            yield
        finally:
            _cache_in(None)


def _cache_in(folder: str | None) -> None:
    jax.config.update("jax_compilation_cache_dir", folder)
    xla_cache.reset_cache()  # JAX decides only at its first compilation whether it uses a cache
