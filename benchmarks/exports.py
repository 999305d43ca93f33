"""Largest difference between the bundled presets and their exported networks.

    python -m benchmarks.exports                                      # ONNX and SavedModel of all presets
    python -m benchmarks.exports --format onnx digits/vae celeba/csvae
    KERAS_BACKEND=torch python -m benchmarks.exports --format torch

Each network gets the reference inputs of the preset's card, and random inputs in batches of 1 and 7. A deviation is the
largest absolute difference between a value of the exported network and that of the model's method: `posterior_parameters`
or `encode` for an encoder, and `decode`, `translate` or `probabilities`. Images are in [0, 1]. A decoder's reference inputs
are the model's codes of the reference images, and its random inputs are standard normal. The seconds are the processor time
of the export alone. No data set is needed. The program ends with an error if a deviation is not below 1e-4.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np

from benchmarks.surroundings import described, surroundings
from kvae import weights
from kvae.capabilities import DECODER
from kvae.presets import from_preset
from kvae.presets.probe import EXAMPLES, SEED, inputs
from kvae.serving import FORMATS, export_networks, parts_of

ATOL = 1e-4
"""Largest difference between an exported network and the model, for images with values in [0, 1]."""

BATCHES = (1, 7)
"""Numbers of random inputs that a network gets at once."""

PACKAGES = ("keras", keras.backend.backend(), "tf2onnx", "onnxruntime")
"""Packages on which the deviations depend."""


def main() -> None:
    """Export the presets, and print a row for each preset and format."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__.partition("\n")[0])
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="names of presets; by default all bundled ones")
    parser.add_argument(
        "--format", action="append", choices=LOADERS, help="repeatable; by default onnx and saved_model"
    )
    chosen = parser.parse_args()
    print(f"{described(surroundings(PACKAGES))}\n")
    print("| preset | format | networks | largest deviation | seconds |\n|---|---|---|---|---|", flush=True)
    failed = []
    for preset in chosen.presets or weights.names():
        for format in chosen.format or ("onnx", "saved_model"):
            found, seconds = measured(preset, format)
            largest = float(np.max(list(found.values())))  # nan if one of them is
            print(f"| {preset} | {format} | {', '.join(found)} | {largest:.1e} | {seconds:.1f} |", flush=True)
            failed += [] if largest < ATOL else [f"{preset} as {format}"]
    if failed:
        sys.exit(f"Not below {ATOL:g}: {', '.join(failed)}.")


def measured(preset: str, format: str) -> tuple[dict[str, float], float]:
    """Return the largest deviation of each network of a preset, by its name, and the seconds of the export."""
    keras.utils.clear_session()  # frees the graphs of the previous preset
    model = from_preset(preset)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        export_networks(model, Path(folder) / "networks", format)
        seconds = time.process_time() - began
        return deviations(model, Exported(model, Path(folder) / "networks", format)), seconds


class Exported:
    """The exported networks of a model in a folder, each of which is loaded once."""

    def __init__(self, model, folder: Path, format: str):
        self.parts = {part.name: part for part in parts_of(model)}
        self.folder, self.format = folder, FORMATS[format]
        self.load, self.loaded = LOADERS[format], {}

    def __call__(self, part: str, *arrays: np.ndarray) -> list[np.ndarray]:
        """Return the outputs of a network. Arrays after its last input are ignored."""
        names = [array.name for array in self.parts[part].inputs]
        if part not in self.loaded:
            self.loaded[part] = self.load(self.folder / f"{part}{self.format.suffix}", names)
        return self.loaded[part](*arrays[: len(names)])


def deviations(model, exported: Exported) -> dict[str, float]:
    """Return the largest absolute difference between the outputs of each exported network and those of the model.

    The model computes all examples at once. The difference is infinite if a shape differs, and nan if a value is.
    """
    arrays, batches, largest = _examples(model), _batches(exported.format.batch), {}
    for part in exported.parts.values():
        given = [arrays[array.name] for array in part.inputs]
        expected = _outputs(model, part, given)
        differences = []
        for rows in batches:
            for found, output in zip(exported(part.name, *(array[rows] for array in given)), expected, strict=True):
                same = found.shape == output[rows].shape
                differences.append(np.max(np.abs(found - output[rows])) if same else np.inf)
        largest[part.name] = float(np.max(differences))
        if part.name == "encoder":
            arrays["z"][:EXAMPLES] = expected[0][:EXAMPLES]
    return largest


def _examples(model) -> dict[str, np.ndarray]:
    """Return the reference inputs, followed by random ones, by the names of the inputs: x, y, z and strength."""
    n, rng = sum(BATCHES), np.random.RandomState(SEED)
    columns = zip(inputs(model, EXAMPLES, SEED), inputs(model, n, SEED + 1), strict=True)
    arrays = dict(zip(("x", "y"), map(np.concatenate, columns), strict=False))
    arrays["strength"] = np.concatenate([np.ones(EXAMPLES), rng.random_sample(n)]).astype("float32")
    if DECODER in model.capabilities:
        arrays["z"] = rng.standard_normal((EXAMPLES + n, *model.latent_shape)).astype("float32")
    return arrays


def _batches(size: int | None) -> list[slice]:
    """Return the rows of each batch: the reference inputs, and `BATCHES`. A format may allow one size of a batch only."""
    ends = np.cumsum((0, EXAMPLES, *BATCHES)).tolist()
    if size is not None:
        ends = range(0, ends[-1] + 1, size)
    return [slice(*pair) for pair in itertools.pairwise(ends)]


def _outputs(model, part, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return what a network should return: the results of the model's method, which computes on NumPy arrays."""
    if [array.name for array in part.outputs] == ["mean", "log_sigma"]:
        mean, sigma = model.posterior_parameters(*arrays)
        return [mean, np.log(sigma)]
    if "strength" in [array.name for array in part.inputs]:  # which is one number for all images of a call
        x, y, strength = arrays
        return [np.concatenate([model.translate(x[[i]], y[[i]], float(each)) for i, each in enumerate(strength)])]
    methods = {"encoder": "encode", "decoder": "decode", "classifier": "probabilities", "translator": "translate"}
    return [getattr(model, methods[part.name])(*arrays)]


# ------------------------------------------------------------------ other programs


def load_onnx(path: Path, names: Sequence[str]) -> Callable[..., list[np.ndarray]]:
    """Return a function that computes the outputs of a network in ONNX from the inputs with these names."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path))
    return lambda *arrays: session.run(None, dict(zip(names, arrays, strict=True)))


def load_saved_model(path: Path, names: Sequence[str]) -> Callable[..., list[np.ndarray]]:
    """Return a function that computes the outputs of a SavedModel."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    return lambda *arrays: [output.numpy() for output in loaded.serve(list(arrays) if len(arrays) > 1 else arrays[0])]


def load_litert(path: Path, names: Sequence[str]) -> Callable[..., list[np.ndarray]]:
    """Return a function that computes the outputs of a network of LiteRT from the inputs with these names."""
    import tensorflow as tf

    runner = tf.lite.Interpreter(str(path)).get_signature_runner()

    def run(*arrays):
        outputs = runner(**dict(zip(names, arrays, strict=True)))
        return [outputs[name] for name in sorted(outputs)]

    return run


def load_torch(path: Path, names: Sequence[str]) -> Callable[..., list[np.ndarray]]:
    """Return a function that computes the outputs of an exported program of PyTorch."""
    import torch

    network = torch.export.load(path).module()

    def run(*arrays):
        tensors = [torch.from_numpy(array) for array in arrays]
        return [output.detach().numpy() for output in network(tensors if len(tensors) > 1 else tensors[0])]

    return run


LOADERS = {"onnx": load_onnx, "saved_model": load_saved_model, "litert": load_litert, "torch": load_torch}
"""{format: function that loads a network from a file or a folder}."""


if __name__ == "__main__":
    main()
