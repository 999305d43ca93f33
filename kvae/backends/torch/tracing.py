"""Programs: the operations of a function of tensors and Keras variables, recorded once and replayed without Keras.

Most of the time of a small training step on PyTorch is spent in Python, in Keras' layers and conversions. `trace` runs a
function once on copies of its variables and records the operations of PyTorch, backward passes and updates included. The
program of these operations does the same work with far fewer calls of Python.

Python code runs only while the function is recorded. A function that reads the value of a tensor, for instance in an `if`
or as an array of NumPy, therefore has no program.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import keras
import torch
from keras.src.backend.torch import random as keras_random
from keras.src.random.seed_generator import draw_seed
from torch.fx.experimental.proxy_tensor import get_proxy_mode, get_proxy_slot, make_fx

from kvae.backends.torch import inductor
from kvae.backends.torch.graphs import clean, generated, generator_of, is_random, makes_memory


class NoTraceError(Exception):
    """A function cannot be replayed."""


class Program:
    """The recorded operations of a function.

    Calling it with the values of the variables and with the inputs assigns the variables in place, and returns the outputs.

    Args:
        module: the operations, as the graph of a module without parameters.
        structure: any value with the structure of the outputs.
    """

    def __init__(self, module: torch.fx.GraphModule, structure: Any):
        self.module, self.structure = module, structure
        self.run = generated(module)

    def compile(self, values: Sequence[torch.Tensor]) -> None:
        """Compile the program with inductor. `values` are those of the variables."""
        self.run = inductor.compiled(self.module, values)

    def __call__(self, values: Sequence[torch.Tensor], inputs: Sequence[torch.Tensor]) -> Any:
        with torch.no_grad():
            return keras.tree.pack_sequence_as(self.structure, self.run(*values, *inputs))


def trace(function: Callable, variables: Sequence[keras.Variable], values: Sequence, inputs: Sequence) -> Program:
    """Return the program of `function(*inputs)`, which reads and assigns `variables`.

    Args:
        function: a function of tensors.
        variables: all variables that it may read or assign.
        values: copies of the values of the variables, which may change.
        inputs: examples of its inputs. The program is valid for inputs of the same shapes and types.

    Raises:
        NoTraceError: The function draws random numbers without a seed of Keras, or reads a tensor as an array.
        RuntimeError: The function needs the value of a tensor.
    """
    structure, seeds = None, []

    def run(values, inputs):
        nonlocal structure
        with keras.StatelessScope(list(zip(variables, values, strict=True)), collect_losses=True) as scope:
            structure = function(*inputs)
        after = [scope.get_current_value(variable) for variable in variables]
        return [*keras.tree.flatten(structure), *after, *seeds]

    with _without_reading(seeds):
        recorded = make_fx(run)(list(values), list(inputs))
    graph = recorded.graph
    returned, first = graph.output_node().args[0], len(keras.tree.flatten(structure))
    after, seeds = returned[first : first + len(variables)], returned[first + len(variables) :]
    _seed(graph, seeds)
    _assign(graph, returned[:first], after)
    clean(recorded)
    return Program(recorded, keras.tree.map_structure(lambda _: 0, structure))


@contextlib.contextmanager
def _without_reading(seeds: list):
    """Replace functions that read values of tensors, or let them raise a `NoTraceError`.

    No generators are made; their seeds are appended to `seeds`.
    """
    recorder, make, encode = threading.get_ident(), keras_random.torch_seed_generator, torch.nn.functional.one_hot

    def record(seed):
        if threading.get_ident() != recorder:  # a thread that loads data
            return make(seed)
        first, second = draw_seed(seed)
        seeds.append(first + second)
        return None

    def one_hot(classes, num_classes):  # that of PyTorch reads the largest class
        if threading.get_ident() != recorder:
            return encode(classes, num_classes)
        return (classes[..., None] == torch.arange(num_classes, device=classes.device)).long()

    def refused(name):  # PyTorch would make a constant of the value that it reads
        read = getattr(torch.Tensor, name)

        def refuse(tensor, *arguments, **options):
            if threading.get_ident() == recorder and _varies(tensor):
                raise NoTraceError("it reads the value of a tensor")
            return read(tensor, *arguments, **options)

        return mock.patch.object(torch.Tensor, name, refuse)

    with (
        mock.patch.object(keras_random, "torch_seed_generator", record),
        mock.patch.object(torch.nn.functional, "one_hot", one_hot),
        refused("numpy"),
        refused("tolist"),
        refused("__dlpack__"),
    ):
        yield


def _varies(tensor: torch.Tensor) -> bool:
    """Return True if the value of a tensor depends on the inputs of the function that is recorded, or is random.

    Keras itself reads other tensors, such as the positions at which `ops.split` splits.
    """
    mode = get_proxy_mode()
    proxy = None if mode is None else get_proxy_slot(tensor, mode.tracer, None)
    nodes, known = [] if proxy is None else [proxy.proxy.node], set()
    while nodes:
        node = nodes.pop()
        if node.op == "placeholder" or is_random(node):
            return True
        nodes += [each for each in node.all_input_nodes if each not in known]
        known.update(node.all_input_nodes)
    return False


def reason(error: Exception) -> str:
    """Return the words after "because" in a sentence that says why a function is not replayed."""
    text = str(error) or type(error).__name__
    if isinstance(error, NoTraceError):
        return text
    if "get value out of a tracing tensor" in text or "data-dependent" in text.lower():
        return "it reads the value of a tensor"
    return f"PyTorch cannot record it ({text.strip().splitlines()[0]})"


def _seed(graph: torch.fx.Graph, seeds: Sequence[torch.fx.Node]) -> None:
    """Give each random operation of `graph` a generator with its seed. Both are in the order of the draws."""
    random = [node for node in graph.nodes if is_random(node)]
    if len(random) != len(seeds):
        raise NoTraceError("it draws random numbers without a seed of Keras")
    for node, seed in zip(random, seeds, strict=True):
        with graph.inserting_before(node):
            generator = graph.call_function(generator_of, (seed,))
        node.target = _with_generator(node.target)
        node.kwargs = {**node.kwargs, "generator": generator}


def _with_generator(operation: torch._ops.OpOverload) -> torch._ops.OpOverload:
    """Return the variant of a random operation that takes a generator."""
    if any(argument.name == "generator" for argument in operation._schema.arguments):
        return operation
    name, packet = operation._overloadname, operation.overloadpacket
    return getattr(packet, "generator" if name == "default" else f"{name}_generator")


def _assign(graph: torch.fx.Graph, outputs: Sequence, after: Sequence[torch.fx.Node]) -> None:
    """Let `graph` assign the new values of the variables, and return `outputs` alone."""
    last = graph.output_node()
    placeholders = [node for node in graph.nodes if node.op == "placeholder"]
    with graph.inserting_before(last):
        moved = [(old, new) for old, new in zip(placeholders, after, strict=False) if new is not old]
        # If a new value shares the memory of another variable, it is copied before that variable changes.
        clone, copy = torch.ops.aten.clone.default, torch.ops.aten.copy_.default
        new = [node if makes_memory(node) else graph.call_function(clone, (node,)) for _, node in moved]
        for (old, _), node in zip(moved, new, strict=True):
            graph.call_function(copy, (old, node))
    last.args = (tuple(outputs),)
