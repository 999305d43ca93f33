"""Programs that are compiled by inductor, the compiler of PyTorch, for `compile(jit_compile=True)`."""

from collections.abc import Callable, Sequence

import torch
from torch.fx import GraphModule, Node
from torch.fx.passes.split_module import split_module

from kvae.backends.torch.graphs import is_random

DRAWS = 0
"""Number of the part that draws random numbers."""


def compiled(module: GraphModule, values: Sequence[torch.Tensor]) -> Callable:
    """Return the function of the graph of `module`, compiled except for two kinds of operations.

    Inductor cannot compile these. Random draws need a generator. They run first, because they depend on seeds alone. The
    fused kernels of the optimizers run between the compiled parts. On CUDA each compiled part is captured as a CUDA graph.

    Args:
        module: a module without parameters, whose first inputs are the values of the variables.
        values: the values of the variables. Their memory does not move.

    Raises:
        ValueError: A draw depends on a value other than its seed.
    """
    parts = _parts(module)
    split = split_module(module, None, parts.get)
    on_gpu = any(value.is_cuda for value in values)
    if on_gpu:  # a CUDA graph may change only memory that does not move
        for value in values:
            torch._dynamo.mark_static_address(value)
    for number in {part for part in parts.values() if part % 2}:
        name = f"submod_{number}"
        part = torch.compile(getattr(split, name), dynamic=False, mode="reduce-overhead" if on_gpu else None)
        setattr(split, name, part)
    return split


def _parts(module: GraphModule) -> dict[Node, int]:
    """Return the part of each operation: `DRAWS`, an odd number if it is compiled, another even one for a fused kernel."""
    random = [node for node in module.graph.nodes if is_random(node)]
    if any(source.op == "call_function" for node in random for source in _sources(node.args)):
        raise ValueError("a draw depends on a value other than its seed")
    draws = _sources(random)
    parts, current = {}, 1
    for node in module.graph.nodes:
        if "_fused_" in str(node.target):
            parts[node] = current + 1
            current += 2
        else:
            parts[node] = DRAWS if node in draws else current
    return parts


def _sources(nodes: Sequence) -> set[Node]:
    """Return the nodes among `nodes` and all on which they depend."""
    found, waiting = set(), [node for node in nodes if isinstance(node, Node)]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += node.all_input_nodes
    return found
