"""Implementations on PyTorch of the operations that are slow on one of the backends."""

import torch

LOSSY_SUMS = True
"""True if the sum of many values loses digits of float32. The variance of Keras is here E[x²] − E[x]²."""


def softplus(x):
    """Return log(1 + eˣ) = −log sigmoid(−x).

    PyTorch's softplus has errors of 2e-9. Its log-sigmoid is exact to the last bit.
    """
    return -torch.nn.functional.logsigmoid(-x)


def batch_norm(x, gamma, beta, mean, variance, epsilon: float):
    """Return γ (x − μ) / √(σ² + ε) + β, in the shape of x, and the statistics μ and σ² of each channel (the last axis).

    The statistics are `mean` and `variance`. If these are None, they are computed from the batch, with the divisor n.
    """
    scale, offset = gamma.value, beta.value
    h = torch.movedim(x, -1, 1)  # (B, …, C) -> (B, C, …), a view: memory stays channels-last
    if mean is not None:
        y = torch.nn.functional.batch_norm(h, mean.value, variance.value, scale, offset, False, 0.0, epsilon)
        return torch.movedim(y, 1, -1), mean.value, variance.value
    y, mean, inverse_deviation = torch.native_batch_norm(h, scale, offset, None, None, True, 0.0, epsilon)
    variance = torch.clamp(inverse_deviation.detach() ** -2 - epsilon, min=0)
    return torch.movedim(y, 1, -1), mean.detach(), variance
