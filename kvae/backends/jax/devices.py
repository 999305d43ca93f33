"""Several devices and processes on JAX."""

import contextlib
import os

import jax
import keras

from kvae.backends.shard import Shard
from kvae.cores import core_count
from kvae.errors import UserError


@contextlib.contextmanager
def devices(count: int, cluster=None):
    """Let models that are built inside train on `count` devices of each process, which share each batch.

    This is data parallelism by `keras.distribution`.
    """
    with contextlib.suppress(RuntimeError):  # JAX is already initialized with the devices that it has
        jax.config.update("jax_num_cpu_devices", count)
    if cluster is not None:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        keras.distribution.initialize(cluster.address, cluster.processes, cluster.process)
    here = jax.local_devices()
    if len(here) < count:
        raise UserError(
            f"Expected at most {len(here)} devices, the number that JAX uses. Received: devices={count}. "
            "Request them before anything else uses JAX, or request fewer."
        )
    chosen = [device for process in range(jax.process_count()) for device in jax.local_devices(process)[:count]]
    names = [f"{device.platform}:{device.id}" for device in chosen]
    with keras.distribution.DataParallel(devices=names, auto_shard_dataset=False).scope():
        yield


def shard() -> Shard:
    """Return the part of each batch that this process loads."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return Shard()
    return Shard(distribution.device_mesh.devices.size, jax.process_index(), jax.process_count())


THREADS = "NPROC"
"""Environment variable that sets the number of threads."""


def device_names() -> list[str]:
    """Return the devices of this process, such as cpu:0 or gpu:0 (NVIDIA H200)."""
    named = {f"{device.platform}:{device.id}": device.device_kind for device in jax.local_devices()}
    return [name if name.startswith(kind) else f"{name} ({kind})" for name, kind in named.items()]


def threads() -> int:
    """Return the number of threads that share one operation."""
    return int(os.environ.get(THREADS) or core_count())


def gates_are_global() -> bool:
    """True if a gate has the same value on all devices: it is computed from the whole batch."""
    return True


def gains_from_bfloat16() -> bool:
    """False on CPUs, where products and convolutions take about as long in bfloat16 as in float32."""
    return jax.default_backend() != "cpu"
