"""Functions that run without gradients on PyTorch. kvae compiles nothing there."""

import contextlib

import torch


def compiled(function, variables):
    """Return a version of `function`, which takes tensors, that runs eagerly and without gradients.

    It reads and assigns `variables` in place.
    """
    return torch.no_grad()(function)


def fused(function):
    """Return `function()`. PyTorch runs operations one by one."""
    return function()


compilation_cache = contextlib.nullcontext  # nothing is compiled
