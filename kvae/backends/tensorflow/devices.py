"""Several devices on TensorFlow."""

import contextlib
import os

import tensorflow as tf

from kvae.backends.shard import Shard
from kvae.cores import core_count
from kvae.errors import UserError


@contextlib.contextmanager
def devices(count: int, cluster=None):
    """Let models that are built inside train on `count` devices (`tf.distribute.MirroredStrategy`): GPUs, or else CPUs.

    All replicas draw the same random noise, each for its own part of the batch.
    """
    if cluster is not None:
        raise UserError(
            "Expected one process on TensorFlow, whose MultiWorkerMirroredStrategy fails inside Keras 3.15. "
            "Received: cluster. Use --backend jax."
        )
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    if kind == "CPU":
        with contextlib.suppress(RuntimeError):  # TensorFlow is already initialized with the devices that it has
            parts = [tf.config.LogicalDeviceConfiguration() for _ in range(count)]
            tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], parts)
    here = tf.config.list_logical_devices(kind)
    if len(here) < count:
        raise UserError(
            f"Expected at most {len(here)} devices, the number that TensorFlow uses. Received: devices={count}. "
            "Request them before anything else uses TensorFlow, or request fewer."
        )
    with tf.distribute.MirroredStrategy([device.name for device in here[:count]]).scope():
        yield


def shard() -> Shard:
    """Return the part of each batch that this process loads: all of it, in a size that the devices can share."""
    return Shard(tf.distribute.get_strategy().num_replicas_in_sync)


THREADS = "TF_NUM_INTRAOP_THREADS"
"""Environment variable that sets the number of threads."""


def device_names() -> list[str]:
    """Return the devices of this machine, such as cpu:0 and gpu:0 (NVIDIA H200)."""
    names = []
    for device in tf.config.list_physical_devices():
        name = device.name.removeprefix("/physical_device:").lower()
        kind = tf.config.experimental.get_device_details(device).get("device_name")
        names.append(f"{name} ({kind})" if kind else name)
    return names


def threads() -> int:
    """Return the number of threads that share one operation."""
    chosen = tf.config.threading.get_intra_op_parallelism_threads() or os.environ.get(THREADS)
    return int(chosen or core_count())


def gates_are_global() -> bool:
    """True if a gate has the same value on all devices.

    Each replica computes a gate from its own part of the batch, so there must be one replica only.
    """
    return tf.distribute.get_strategy().num_replicas_in_sync == 1


def gains_from_bfloat16() -> bool:
    """True: oneDNN has kernels of bfloat16 for CPUs."""
    return True
