"""One device on PyTorch."""

import contextlib

import torch

from kvae.backends.shard import Shard
from kvae.errors import UserError


@contextlib.contextmanager
def devices(count: int, cluster=None):
    """Raise `UserError` for more than one device.

    On PyTorch, Keras 3 expects users to write the training loop for several devices themselves.
    """
    if count > 1 or cluster is not None:
        raise UserError(
            f"Expected one device on PyTorch, where Keras trains on one only. Received: devices={count}. "
            "Use --backend jax (devices and clusters) or tensorflow (devices of one machine)."
        )
    yield


def shard() -> Shard:
    """Return the part of each batch that this process loads: all of it."""
    return Shard()


THREADS = "OMP_NUM_THREADS"
"""Environment variable that sets the number of threads."""


def device_names() -> list[str]:
    """Return the devices of this machine, such as cpu and cuda:0 (NVIDIA H200)."""
    gpus = [f"cuda:{number} ({torch.cuda.get_device_name(number)})" for number in range(torch.cuda.device_count())]
    return ["cpu", *gpus, *(["mps"] if torch.backends.mps.is_available() else [])]


def threads() -> int:
    """Return the number of threads that share one operation."""
    return torch.get_num_threads()


def gates_are_global() -> bool:
    """True if a gate has the same value on all devices. There is one device."""
    return True


def gains_from_bfloat16() -> bool:
    """True: oneDNN has kernels of bfloat16 for CPUs."""
    return True
