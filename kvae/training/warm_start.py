"""Weights of one model as the start of another."""

import inspect

import keras
from keras import ops

from kvae.errors import UserError


def warm_start(model, source) -> tuple[list[str], list[str]]:
    """Gives the nets of `model` the weights of the nets of `source` that are called alike.

    Nets are compared layer by layer, of those with weights, in order. An array is taken where its shape is the same. Where
    `model` takes labels and `source` does not, a dense layer that sees them behind its other inputs begins with 0 for the
    labels: what it computes is at first what it was there. Returns the names of arrays taken, and of those that keep their
    own values, each with the reason. Raises `UserError` where nothing at all can be taken.
    """
    taken, left = [], []
    others = nets(source)
    labels = getattr(getattr(model, "labels", None), "units", 0)
    for name, net in nets(model).items():
        if name not in others:
            left.append(f"{name}: {type(source).__name__} has none")
            continue
        theirs = _arrays(others[name])
        for key, variable in _arrays(net).items():
            other = theirs.get(key)
            if other is not None and other.shape == variable.shape:
                variable.assign(other)
                taken.append(f"{name}/{key}")
            elif other is not None and labels and variable.shape == (other.shape[0] + labels, *other.shape[1:]):
                variable.assign(ops.concatenate([other, ops.zeros((labels, *other.shape[1:]), other.dtype)]))
                taken.append(f"{name}/{key}, 0 for its {labels} labels")
            else:
                shape = "none" if other is None else _times(other.shape)
                left.append(f"{name}/{key}: {_times(variable.shape)} here, {shape} there")
    if not taken:
        raise UserError(
            f"Expected a model with a net in common with {type(model).__name__}: {', '.join(nets(model))}. "
            f"Received: {type(source).__name__} with {', '.join(others)}, of which no array fits."
        )
    return taken, left


def nets(model) -> dict[str, keras.Model]:
    """The nets that a model was built from, by the names of its arguments."""
    values = {name: getattr(model, name, None) for name in inspect.signature(type(model).__init__).parameters}
    return {name: value for name, value in values.items() if isinstance(value, keras.Model)}


def _arrays(net) -> dict[str, keras.Variable]:
    """Weights by layer and role: "2 dense kernel". Layers count among their kind, since names of layers differ by run."""
    arrays, seen = {}, {}
    for layer in (layer for layer in net.layers if layer.weights):
        kind = type(layer).__name__
        number = seen[kind] = seen.get(kind, 0) + 1
        arrays |= {f"{kind} {number} {weight.name}": weight for weight in layer.weights}
    return arrays


def _times(shape) -> str:
    return "×".join(map(str, shape))
