"""Operations that need a form of their own on PyTorch."""

import torch


def slow_strided_convolutions() -> bool:
    """True if gradients of strided and transposed convolutions cost several times those of plain ones."""
    return False


def softplus(x):
    """Return log(1 + eˣ). The softplus of PyTorch is exact to 2e-9 only, its log-sigmoid to the last bit."""
    return -torch.nn.functional.logsigmoid(-x)


def batch_norm(x, gamma, beta, mean, variance, epsilon: float):
    """Return γ (x − μ) / √(σ² + ε) + β over the last axis, μ and σ². These are the given ones or, if None, the batch's."""
    scale, offset = gamma.value, beta.value
    h = torch.movedim(x, -1, 1)  # (B, …, C) -> (B, C, …), a view: memory stays channels-last
    if mean is not None:
        y = torch.nn.functional.batch_norm(h, mean.value, variance.value, scale, offset, False, 0.0, epsilon)
        return torch.movedim(y, 1, -1), mean.value, variance.value
    y, mean, inverse_deviation = torch.native_batch_norm(h, scale, offset, None, None, True, 0.0, epsilon)
    variance = torch.clamp(inverse_deviation.detach() ** -2 - epsilon, min=0)
    return torch.movedim(y, 1, -1), mean.detach(), variance
