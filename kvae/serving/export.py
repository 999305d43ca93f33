"""Writing the networks of a trained model into a folder, in the formats that Keras exports."""

import importlib.util
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import keras

from kvae import backends
from kvae.errors import UserError, first_line
from kvae.files import atomic_folder
from kvae.latent.samplers import Sampler, write_sampler
from kvae.serving.parts import Part, parts_of
from kvae.serving.readme import readme
from kvae.suggest import require


class Format(NamedTuple):
    """A format of exported networks.

    keras: its name in `keras.Model.export`.
    suffix: end of a file's name.
    batch: number of examples in a batch, or None for any number.
    """

    keras: str
    suffix: str
    batch: int | None = None


# LiteRT's fast kernels cannot change the number of examples in front of a transposed convolution.
FORMATS = {
    "onnx": Format("onnx", ".onnx"),
    "saved_model": Format("tf_saved_model", ""),
    "litert": Format("litert", ".tflite", batch=1),
    "torch": Format("torch", ".pt2"),
}
"""{name of a format: the format}."""


def export_networks(
    model,
    folder: str | os.PathLike,
    format: str,
    *,
    facts: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
    sampler: Sampler | None = None,
) -> Path:
    """Write the networks of a trained model into the new folder `folder`, with a README of their shapes and ranges.

    The networks are deterministic: encoder and decoder, a classifier, or a translator (`kvae.serving.parts`).

    Args:
        model: the trained model.
        folder: a new or empty folder.
        format: "onnx", "saved_model", "litert" or "torch".
        facts: {name: value} of further facts for the README, such as the recipe.
        labels: names of the classes or attributes.
        sampler: density of the latent codes, whose arrays become the file sampler.npz.

    Raises:
        UserError: the backend has no such format, a package is missing, or Keras cannot export one of the networks.
    """
    require("format", format, tuple(FORMATS))
    _check(format)
    folder = Path(folder)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise UserError(f"Expected a new or empty folder. Received: {folder}, which holds files. Choose another one.")
    parts = parts_of(model)
    with atomic_folder(folder) as new:
        for part in parts:
            _write(part, model, new / file_name(part, format), format)
        files = {part.name: file_name(part, format) for part in parts}
        arrays = {} if sampler is None else sampler.arrays()
        if sampler is not None:
            write_sampler(new / "sampler.npz", sampler)
        text = readme(type(model).__name__, parts, format, files, FORMATS[format].batch, facts, labels, arrays)
        (new / "README.md").write_text(text, encoding="utf-8")
    return folder


def file_name(part: Part, format: str) -> str:
    """Return the name of the file or the folder of a network in this format."""
    return part.name + FORMATS[format].suffix


def _check(format: str) -> None:
    """Raise `UserError` unless the backend exports this format and the package that Keras needs is installed."""
    backend = keras.backend.backend()
    if format not in backends.EXPORTS:
        raise UserError(
            f"Expected a format that Keras exports on {backend}: {', '.join(backends.EXPORTS) or 'none'}. "
            f"Received: format={format!r}. --backend torch writes torch, and --backend tensorflow all others."
        )
    package = backends.EXPORTS[format]
    if package is not None and importlib.util.find_spec(package) is None:
        raise UserError(
            f"Expected {package}, with which Keras exports {format} on {backend}. Received: no such package. "
            f'Install it: pip install "kvae-zoo[{package}]"'
        )


def _write(part: Part, model, path: Path, format: str) -> None:
    kind, _, batch = FORMATS[format]
    options = backends.export_options(format, len(part.inputs))
    network = part.network(model)
    try:
        with warnings.catch_warnings(action="ignore"), backends.attributes_kept(network):
            network.export(str(path), kind, verbose=False, input_signature=part.signature(batch), **options)
    except Exception as error:  # of Keras or of the package that converts
        raise UserError(
            f"Keras could not export the {part.name} as {format} on {keras.backend.backend()} ({first_line(error)}). "
            "Choose another format, or another backend (--backend)."
        ) from error
