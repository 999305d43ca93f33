"""Graphs of PyTorch's operations after they have been shortened."""

import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from kvae.backends.torch.graphs import clean


def _operations(function, *inputs) -> tuple[list[str], torch.Tensor]:
    """Return the names of the operations of a function after cleaning, and its result."""
    module = make_fx(function)(*inputs)
    module.graph.output_node().args = ((module.graph.output_node().args[0],),)
    clean(module)
    module.recompile()
    names = [node.target.overloadpacket.__name__ for node in module.graph.nodes if node.op == "call_function"]
    return names, module(*inputs)[0]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda a, b: -(a * b).neg(), ["mul"]),
        (lambda a, b: a - -(a * b), ["mul", "add"]),
        (lambda a, b: a + -(a * b), ["mul", "sub"]),
        (lambda a, b: -(a * b) + b, ["mul", "sub"]),
        (lambda a, b: (a * b) ** 1.0, ["mul"]),
        (lambda a, b: torch.add(a, -(a * b), alpha=2), ["mul", "neg", "add"]),
    ],
)
def test_signs_that_cancel_are_removed(function, expected):
    a, b = torch.tensor([1.5, -0.0, float("inf"), float("nan")]), torch.tensor([0.1, 0.0, -1.0, 2.0])
    names, result = _operations(function, a, b)
    assert names == expected
    torch.testing.assert_close(result, function(a, b), rtol=0, atol=0, equal_nan=True)
    assert torch.equal(torch.signbit(result[:3]), torch.signbit(function(a, b)[:3]))


def test_power_of_integers_stays_a_float():
    _, result = _operations(lambda a: (a + a) ** 1.0, torch.tensor([1, 2]))
    assert result.dtype == torch.float32


def test_value_that_is_overwritten_later_is_not_read_again():
    def function(a):
        before = -a.neg()
        a.mul_(2)
        return before + a

    names, result = _operations(lambda a: function(a.clone()), torch.tensor([1.0, 2.0]))
    assert torch.equal(result, torch.tensor([3.0, 6.0]))
    assert "neg" in names
