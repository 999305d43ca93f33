"""The README.md of exported networks."""

from collections.abc import Mapping, Sequence

import numpy as np

from kvae.serving.parts import Array, Part

USES = {
    "onnx": """import onnxruntime

network = onnxruntime.InferenceSession("{file}")
outputs = network.run(None, dict({named}))""",
    "saved_model": """import tensorflow as tf

network = tf.saved_model.load("{file}")
outputs = network.serve({inputs})""",
    "litert": """from ai_edge_litert.interpreter import Interpreter

network = Interpreter("{file}").get_signature_runner()
outputs = network({named})""",
    "torch": """import torch

network = torch.export.load("{file}").module()
outputs = network({inputs})""",
}
"""Lines of code that run a network in each format."""


def readme(
    model: str,
    parts: Sequence[Part],
    format: str,
    files: Mapping[str, str],
    batch: int | None = None,
    facts: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
    sampler: Mapping[str, np.ndarray] | None = None,
) -> str:
    """Return the text of README.md.

    Args:
        model: the class of the model.
        parts: its networks.
        format: their format.
        files: {name of a network: name of its file}.
        batch: number of examples in a batch, or None for any number.
        facts: further facts, {name: value}.
        labels: names of the classes or attributes.
        sampler: arrays of the density of the latent codes, {name: array}.
    """
    sections = [
        f"# {model}",
        f"The networks of a trained model of kvae, as {format}. They are deterministic.{_note(batch)}",
        _table(("", ""), (facts or {}).items()) if facts else "",
        *(_section(part, files[part.name], batch or "N") for part in parts),
        f"## Use\n\n```python\n{_use(parts[-1], format, files)}\n```",
        _sampler(sampler or {}),
        _labels(parts, labels),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _note(batch: int | None) -> str:
    return " N is the size of a batch." if batch is None else ""


def _section(part: Part, file: str, batch: int | str) -> str:
    rows = [(kind, *_cells(array, batch)) for kind, arrays in _arrays(part) for array in arrays]
    return f"## {part.name}: {file}\n\n{_table(('', 'name', 'shape', 'type', 'values'), rows)}"


def _labels(parts: Sequence[Part], labels: Sequence[str]) -> str:
    """Return the names of the labels, if a network takes or returns them."""
    names = {array.name for part in parts for array in (*part.inputs, *part.outputs)}
    return f"## Labels\n\nIn this order: {', '.join(labels)}." if labels and names & {"y", "probabilities"} else ""


def _sampler(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the arrays of the sampler."""
    if not arrays:
        return ""
    rows = [(f"`{name}`", array.shape, array.dtype) for name, array in arrays.items()]
    about = (
        "A density of the latent codes of the data, as `kvae.latent.samplers` defines it, which draws codes to decode."
    )
    return f"## sampler: sampler.npz\n\n{about}\n\n{_table(('name', 'shape', 'type'), rows)}"


def _arrays(part: Part):
    return ("input", part.inputs), ("output", part.outputs)


def _cells(array: Array, batch: int | str) -> tuple[str, ...]:
    return f"`{array.name}`", f"({', '.join(map(str, (batch, *array.shape)))})", array.dtype, array.values


def _use(part: Part, format: str, files: Mapping[str, str]) -> str:
    names = [array.name for array in part.inputs]
    inputs = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    named = ", ".join(f"{name}={name}" for name in names)
    return USES[format].format(file=files[part.name], inputs=inputs, named=named)


def _table(header: Sequence[str], rows) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
