"""The update of Adam, AdamW and SGD by PyTorch's fused kernels, on the variables of a Keras optimizer.

A fused kernel reads and writes every weight and moment once. The formulas are those of Keras:

* Adam adds ε outside the correction of the bias, w ← w − α m / (√v + ε) with α = η √(1 − β₂ᵗ) / (1 − β₁ᵗ). PyTorch's Adam
  adds it inside. The kernel therefore gets α as its rate, and a number of steps after which it corrects nothing.
* SGD with momentum keeps the rate in its moment, m ← μ m − η g and w ← w + m. The kernel therefore gets η g as its gradient,
  the rate −1, and the option to maximise, which negates the gradient.

Clipping, weight decay, averages and exclusions remain those of Keras.
"""

import functools

import keras
import torch
from keras import ops

from kvae.backends.optimizers import updated_by

LATE = 1e9
"""A number of steps t after which βᵗ is 0 in float32, for every β up to 1 − 10⁻⁶."""


def _adam(optimizer, gradients, variables, rate) -> None:
    moments = (optimizer._momentums, optimizer._velocities)
    means, squares, weights = _values(optimizer, variables, moments)
    largest = _values(optimizer, variables, (optimizer._velocity_hats,))[0] if optimizer.amsgrad else []
    dtype = weights[0].dtype
    step = ops.cast(optimizer.iterations + 1, dtype)
    first, second = (ops.power(ops.cast(beta, dtype), step) for beta in (optimizer.beta_1, optimizer.beta_2))
    alpha = ops.cast(rate, dtype) * ops.sqrt(1 - second) / (1 - first)
    late = torch.full((), LATE, device=weights[0].device)
    torch._fused_adam_(
        weights,
        _like(gradients, weights),
        means,
        squares,
        largest,
        [late] * len(weights),
        lr=alpha.float(),
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        weight_decay=0.0,
        eps=optimizer.epsilon,
        amsgrad=optimizer.amsgrad,
        maximize=False,
    )


def _sgd(optimizer, gradients, variables, rate) -> None:
    momentum = optimizer.momentum
    *buffers, weights = _values(optimizer, variables, (optimizer.momentums,) if momentum else ())
    steps = torch._foreach_mul(_like(gradients, weights), ops.cast(rate, weights[0].dtype))
    if optimizer.nesterov and momentum:  # the kernel rounds once where Keras rounds twice
        torch._foreach_mul_(buffers[0], momentum)
        torch._foreach_sub_(buffers[0], steps)
        torch._foreach_sub_(weights, steps)
        torch._foreach_add_(weights, buffers[0], alpha=momentum)
        return
    torch._fused_sgd_(
        weights,
        steps,
        buffers[0] if momentum else [],
        weight_decay=0.0,
        momentum=momentum,
        lr=-1.0,
        dampening=0.0,
        nesterov=False,
        maximize=True,
        is_first_step=False,
    )


def _values(optimizer, variables, groups) -> list[list[torch.Tensor]]:
    """Return the values of the variables of an optimizer in each group that belong to `variables`, and of `variables`."""
    places = [optimizer._get_variable_index(variable) for variable in variables]
    return [*([group[i].value for i in places] for group in groups), [variable.value for variable in variables]]


def _like(gradients, weights) -> list[torch.Tensor]:
    """Return gradients with the strides of the weights, as the kernels expect."""
    return [
        g if g.stride() == w.stride() else torch.empty_like(w).copy_(g) for g, w in zip(gradients, weights, strict=True)
    ]


_KERNELS = {type(keras.optimizers.Adam()): _adam, type(keras.optimizers.SGD()): _sgd}

fused = functools.partial(updated_by, _KERNELS, "_parallel_update_step")
"""A context in which an optimizer uses a fused kernel, if there is one for its class."""
