"""Graphs of PyTorch's operations: shorter ones with the same results, and their Python code."""

import operator
from collections.abc import Callable

import torch
from torch.fx import Graph, GraphModule, Node
from torch.fx.node import map_arg

aten = torch.ops.aten

COPIES = {aten.detach.default, aten.alias.default, aten.lift_fresh.default, aten.lift_fresh_copy.default}
"""Operations whose result has the values of their argument."""

LIKE = {aten.ones_like.default: torch.ones, aten.zeros_like.default: torch.zeros}
"""Operations whose result depends only on the shape and type of their argument, and the functions that make it."""

LARGEST = 2**16
"""Maximum number of values of a constant that is computed in advance."""


def generator_of(seed: torch.Tensor) -> torch.Generator:
    """Return a new generator, seeded as Keras seeds it."""
    return torch.Generator(seed.device).manual_seed(int(seed) & 0xFFFFFFFF)


def clean(module: GraphModule) -> None:
    """Remove copies, repeated operations, signs that cancel, and operations on constants from the graph of `module`."""
    graph = module.graph
    written = _written(graph)
    _drop_copies(graph, written)
    _fold(module, written)
    _merge(graph, written)
    _simplify(graph, written)
    _separate_outputs(graph)
    graph.eliminate_dead_code(is_impure_node=lambda node: node.op in ("placeholder", "output") or _is_mutable(node))


def is_random(node: Node) -> bool:
    """True if an operation draws random numbers. Attention draws them only with dropout."""
    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    for place, argument in enumerate(node.target._schema.arguments):
        if argument.name == "dropout_p":
            given = node.args[place] if place < len(node.args) else argument.default_value
            return node.kwargs.get("dropout_p", given) > 0
    return torch.Tag.nondeterministic_seeded in node.target.tags


def _is_mutable(node: Node) -> bool:
    return isinstance(node.target, torch._ops.OpOverload) and node.target._schema.is_mutable


def _written(graph: Graph) -> set[Node]:
    """Return the nodes whose memory an operation may write, other than variables and inputs."""
    open_nodes = [source for node in graph.nodes if _is_mutable(node) for source in node.all_input_nodes]
    found: set[Node] = set()
    while open_nodes:
        node = open_nodes.pop()
        if node.op != "placeholder" and node not in found and not makes_memory(node):
            open_nodes += node.all_input_nodes
        found.add(node)
    return {node for node in found if node.op != "placeholder"}


def makes_memory(node: Node) -> bool:
    """True if the result of `node` shares no memory with its arguments."""
    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    return all(result.alias_info is None for result in node.target._schema.returns)


def _drop_copies(graph: Graph, written: set[Node]) -> None:
    """Replace copies that nothing writes by their arguments."""
    for node in list(graph.nodes):
        if node.target in COPIES and node not in written:
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)


def _fold(module: GraphModule, written: set[Node]) -> None:
    """Compute operations on constants in advance."""
    graph, known = module.graph, {}
    for node in list(graph.nodes):
        if node.op == "get_attr" and node not in written:
            known[node] = getattr(module, node.target)
        elif value := _constant(node, known) if node not in written else None:
            name = f"_folded_{len(known)}"
            module.register_buffer(name, value[0])
            with graph.inserting_before(node):
                constant = graph.get_attr(name)
            known[constant] = value[0]
            node.replace_all_uses_with(constant)
            graph.erase_node(node)


def _constant(node: Node, known: dict[Node, torch.Tensor]) -> tuple[torch.Tensor] | None:
    """Return the value of an operation in a tuple, if it is a small tensor that depends on constants only."""
    meta = node.meta.get("tensor_meta")
    shape = getattr(meta, "shape", None)
    target = node.target
    if node.op != "call_function" or shape is None or shape.numel() > LARGEST or _is_mutable(node):
        return None
    if target in LIKE:
        return (LIKE[target](shape, dtype=meta.dtype, device=node.meta["val"].device),)
    if is_random(node) or not all(source in known for source in node.all_input_nodes):
        return None
    with torch.no_grad():
        value = target(*map_arg(node.args, known.get), **map_arg(node.kwargs, known.get))
    return (value,) if isinstance(value, torch.Tensor) else None


def _merge(graph: Graph, written: set[Node]) -> None:
    """Replace repeated operations by the first of them. Nothing is merged across a change of memory."""
    seen: dict[tuple, Node] = {}
    for node in list(graph.nodes):
        if _is_mutable(node):
            seen.clear()
        if node.op != "call_function" or node in written or _is_mutable(node) or is_random(node):
            continue
        if node.target is generator_of:  # a draw changes its generator
            continue
        key = node.target, repr((node.args, node.kwargs))
        if key in seen:
            node.replace_all_uses_with(seen[key])
            graph.erase_node(node)
        else:
            seen[key] = node


def _simplify(graph: Graph, written: set[Node]) -> None:
    """Remove negations and powers that need no operation of their own. The results are the same, bit for bit."""
    for node in list(graph.nodes):
        if node in written or node.kwargs:
            continue
        match node.target, node.args:
            case aten.neg.default, (Node(target=aten.neg.default, args=(a,)),) if _is_kept(a, node, written):
                node.replace_all_uses_with(a)
            case aten.pow.Tensor_Scalar, (a, 1.0) if _is_kept(a, node, written):
                node.replace_all_uses_with(a)
            case aten.sub.Tensor, (a, Node(target=aten.neg.default, args=(b,))) if _is_kept(b, node, written):
                node.target, node.args = aten.add.Tensor, (a, b)  # a − (−b) = a + b
            case aten.add.Tensor, (a, Node(target=aten.neg.default, args=(b,))) if _is_kept(b, node, written):
                node.target, node.args = aten.sub.Tensor, (a, b)  # a + (−b) = a − b
            case aten.add.Tensor, (Node(target=aten.neg.default, args=(a,)), b) if _is_kept(a, node, written):
                node.target, node.args = aten.sub.Tensor, (b, a)  # −a + b = b − a


def _is_kept(value, node: Node, written: set[Node]) -> bool:
    """True if `value` is a result of the type of `node` whose memory nothing writes, so that it can be read later."""
    if not isinstance(value, Node) or value.op == "placeholder" or value in written:
        return False
    return value.meta["tensor_meta"].dtype == node.meta["tensor_meta"].dtype


def _separate_outputs(graph: Graph) -> None:
    """Copy each output that is a constant or another output, so that a caller may change it in place."""
    last, seen, outputs = graph.output_node(), set(), []
    for node in last.args[0]:
        if isinstance(node, Node) and (node.op == "get_attr" or node in seen):
            with graph.inserting_before(last):
                node = graph.call_function(aten.clone.default, (node,))
        seen.add(node)
        outputs.append(node)
    last.args = (tuple(outputs),)


def generated(module: GraphModule) -> Callable:
    """Return a Python function with the operations of the graph of `module`. It frees each tensor after its last use."""
    graph = module.graph
    names = {node: f"v{i}" for i, node in enumerate(graph.nodes)}
    last_use = {source: node for node in graph.nodes for source in node.all_input_nodes}
    parameters, lines, scope = [], [], {}

    def bound(value) -> str:
        """Return an expression of `value`."""
        if isinstance(value, Node):
            return names[value]
        if isinstance(value, list | tuple):
            return "[" + ", ".join(map(bound, value)) + "]"
        if value is None or isinstance(value, bool | int | str):
            return repr(value)
        name = f"c{len(scope)}"  # types, devices and floats, which may be infinite
        scope[name] = value
        return name

    for node in graph.nodes:
        if node.op == "placeholder":
            parameters.append(names[node])
        elif node.op == "get_attr":
            scope[names[node]] = getattr(module, node.target)
        elif node.op == "output":
            lines.append(f"return {bound(node.args[0])}")
        else:
            arguments = [*map(bound, node.args), *(f"{key}={bound(value)}" for key, value in node.kwargs.items())]
            freed = [names[source] for source in node.all_input_nodes if _ends(source, node, last_use)]
            if node.target is operator.getitem:
                call = f"{arguments[0]}[{arguments[1]}]"
            else:
                call = f"{bound(_fastest(node.target))}({', '.join(arguments)})"
            lines.append(f"{names[node]} = {call}" + "".join(f"; {name} = None" for name in freed))
    code = f"def run({', '.join(parameters)}):\n    " + "\n    ".join(lines)
    exec(compile(code, "<a recorded function>", "exec"), scope)
    return scope["run"]


def _ends(source: Node, node: Node, last_use: dict[Node, Node]) -> bool:
    """True if `node` is the last operation that uses the result `source` of another one."""
    return source.op == "call_function" and last_use[source] is node


def _fastest(target: Callable) -> Callable:
    """Return PyTorch's own Python function for an operation, whose call is faster, or the operation if there is none."""
    if not isinstance(target, torch._ops.OpOverload) or target.namespace != "aten":
        return target
    name = target.overloadpacket.__name__
    return getattr(torch._C._VariableFunctions, name, None) or getattr(torch._C.TensorBase, name, None) or target._op
