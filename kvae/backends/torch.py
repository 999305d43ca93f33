"""PyTorch: `autograd.grad`, never `.backward()`, so that no player sees another's gradient."""

import contextlib

import torch

from kvae.errors import UserError


class Backend:
    def train_step(self, data):
        return self.train_round(data)

    def test_step(self, data):
        with torch.no_grad():
            return self.test_round(data)

    def gradients(self, loss, variables):
        """Runs `loss()` once; returns its terms and, for each player, d terms[player] / d variables[player]."""
        terms = loss()
        gradients = {}
        for i, (player, group) in enumerate(variables.items()):
            values = [variable.value for variable in group]
            if values and terms[player].requires_grad:
                more = i < len(variables) - 1
                gradients[player] = torch.autograd.grad(
                    terms[player], values, retain_graph=more, materialize_grads=True
                )
            else:  # a constant, or a player whose layers are all frozen
                gradients[player] = [torch.zeros_like(value) for value in values]
        return {name: term.detach() for name, term in terms.items()}, gradients


def compiled(function, variables):
    """`function(*tensors)`, which reads and moves `variables` in place, run eagerly and without a gradient tape."""
    return torch.no_grad()(function)


def fused(function):
    """`function()`. Operations are run one by one."""
    return function()


@contextlib.contextmanager
def devices(count: int, cluster=None):
    """Refuses more than one: Keras 3 leaves several devices to the user's own loop on PyTorch."""
    if count > 1 or cluster is not None:
        raise UserError(
            f"Expected one device on PyTorch, where Keras trains on no more. Received: devices={count}. "
            "Use --backend jax (devices and clusters) or tensorflow (devices of one machine)."
        )
    yield


def shard() -> tuple[int, int, int]:
    """What divides the size of a batch, which part of it is this process', and of how many parts."""
    return 1, 0, 1


compilation_cache = contextlib.nullcontext  # Nothing is compiled.


def gates_are_global() -> bool:
    """Whether a player sits out on all devices or on none."""
    return True


def slow_strided_convolutions() -> bool:
    """Whether gradients of strided and transposed convolutions cost several times those of plain ones."""
    return False


def softplus(x):
    """log(1 + eˣ). PyTorch's own softplus is only good to 2e-9, its log-sigmoid to the last bit."""
    return -torch.nn.functional.logsigmoid(-x)


def batch_norm(x, gamma, beta, mean, variance, epsilon: float):
    """γ (x − μ) / √(σ² + ε) + β over the last axis, with the statistics that were used: the given ones, or the batch's."""
    scale, offset = gamma.value, beta.value
    h = torch.movedim(x, -1, 1)  # a view: the map stays channels-last
    if mean is not None:
        y = torch.nn.functional.batch_norm(h, mean.value, variance.value, scale, offset, False, 0.0, epsilon)
        return torch.movedim(y, 1, -1), mean.value, variance.value
    y, mean, inverse_deviation = torch.native_batch_norm(h, scale, offset, None, None, True, 0.0, epsilon)
    variance = torch.clamp(inverse_deviation.detach() ** -2 - epsilon, min=0)
    return torch.movedim(y, 1, -1), mean.detach(), variance
