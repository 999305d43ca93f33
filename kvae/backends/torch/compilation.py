"""Functions without gradients on PyTorch, which compiles nothing."""

import contextlib

import torch


def compiled(function, variables):
    """Return `function(*tensors)`, run eagerly and without gradients. It reads and assigns `variables` in place."""
    return torch.no_grad()(function)


def fused(function):
    """Return `function()`. PyTorch runs operations one by one."""
    return function()


compilation_cache = contextlib.nullcontext  # nothing is compiled
