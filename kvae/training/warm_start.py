"""A warm start: weights of another model as initial weights."""

from collections import Counter

import keras
from keras import ops

from kvae.capabilities import LABELS
from kvae.errors import UserError
from kvae.training.model import Model


def warm_start(model: Model, source: Model) -> tuple[list[str], list[str]]:
    """Copy weights into each network of `model` from the network of `source` with the same argument name.

    Networks are compared layer by layer in order; layers without weights do not count. An array is copied if its shape is
    the same in both networks. If `model` takes labels and `source` does not, a dense layer whose last inputs are the labels
    gets weights of 0 for the labels, so that its initial outputs are those of the layer in `source`.

    Returns:
        The names of arrays that were copied, and of those that keep their initial values, each with the reason.

    Raises:
        UserError: no array can be copied.
    """
    copied, kept = [], []
    others = source.networks()
    labels = 0
    if LABELS in model.capabilities and LABELS not in source.capabilities:
        labels = model.labels.units  # type: ignore[attr-defined]  # a model with this capability has labels
    for name, net in model.networks().items():
        if name not in others:
            kept.append(f"{name}: {type(source).__name__} has none")
            continue
        theirs = _arrays(others[name])
        for key, variable in _arrays(net).items():
            other = theirs.get(key)
            if other is not None and other.shape == variable.shape:
                variable.assign(other)
                copied.append(f"{name}/{key}")
            elif other is not None and labels and variable.shape == (other.shape[0] + labels, *other.shape[1:]):
                variable.assign(ops.concatenate([other, ops.zeros((labels, *other.shape[1:]), other.dtype)]))
                copied.append(f"{name}/{key}, 0 for its {labels} labels")
            else:
                shape = "none" if other is None else _times(other.shape)
                kept.append(f"{name}/{key}: {_times(variable.shape)} here, {shape} in the source")
    if not copied:
        raise UserError(
            f"Expected a model with a network in common with {type(model).__name__}: {', '.join(model.networks())}. "
            f"Received: {type(source).__name__} with {', '.join(others)}, of which no array fits."
        )
    return copied, kept


def _arrays(net: keras.Layer) -> dict[str, keras.Variable]:
    """Return the weights of a network by the layer's class and number and the weight's name, such as "Dense 2 kernel".

    The layers of each class are numbered from 1, because the names of layers differ between runs. If a layer has several
    weights of one name, as a block of layers has, these are numbered, too: "Block 1 kernel", "Block 1 kernel 2".
    """
    arrays, layer_counts = {}, Counter()
    for layer in net.layers if isinstance(net, keras.Model) else [net]:
        if not layer.weights:
            continue
        kind, name_counts = type(layer).__name__, Counter()
        layer_counts[kind] += 1
        for weight in layer.weights:
            name_counts[weight.name] += 1
            number = f" {name_counts[weight.name]}" if name_counts[weight.name] > 1 else ""
            arrays[f"{kind} {layer_counts[kind]} {weight.name}{number}"] = weight
    return arrays


def _times(shape) -> str:
    return "×".join(map(str, shape))
