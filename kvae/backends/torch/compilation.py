"""Functions that run without gradients on PyTorch."""

import contextlib

import torch

from kvae.backends.torch.replay import Replayed

VALUES_AT_ONCE = 2**21
"""Number of values that are fastest to compute at once on a CPU, when many samples are decoded (8 MB)."""


def compiled(function, variables):
    """Return a version of `function` that computes no gradients, and that is recorded and replayed if it runs often.

    `function` takes tensors. `variables` are the variables that it may read (weights) or assign (states of seed generators).
    """
    return Replayed(torch.no_grad()(function), variables)


def fused(function):
    """Return `function()`. PyTorch runs operations one by one."""
    return function()


compilation_cache = contextlib.nullcontext  # nothing is compiled
