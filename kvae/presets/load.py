"""Loading trained models from presets and runs, whoever made them."""

import json
import math
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

import kvae.models
import kvae.networks  # noqa: F401  (like the models: registers the classes that a preset may name)
from kvae.errors import UserError, first_line
from kvae.files import read_json
from kvae.presets.layout import file_in, is_run, locate, read_card
from kvae.presets.safety import MAX_BYTES, check_config, check_size, check_weights
from kvae.presets.weights import element_count, sha256
from kvae.runs import Run


def from_preset(source: str | os.PathLike):
    """Return the trained model of a preset. It can be used at once, and trained further after `compile`.

    Args:
        source: name of a bundled preset ("digits/vae"), a folder that `to_preset` wrote, a run directory, or
            "hf://user/repo" on the Hugging Face Hub (`pip install "kvae-zoo[hub]"`).

    Raises:
        UserError: there is no such preset, a file is damaged or does not belong to the card, or the preset contains
            anything but a model of kvae.

    Example:
        >>> import kvae
        >>> model = kvae.from_preset("digits/vae")
        >>> model.sample(2, seed=0).shape
        (2, 8, 8, 1)
    """
    folder = locate(source)
    if is_run(folder):
        return _from_run(Run.open(folder))
    card = read_card(folder)
    for name in ("config.json", "model.weights.h5"):
        if sha256(file_in(folder, name)) != card["sha256"].get(name):
            raise UserError(
                f"The preset {folder} is damaged: its {name} is not the file that card.json was written for."
            )
    return load(read_json(file_in(folder, "config.json")), file_in(folder, "model.weights.h5"), str(folder))


def load(described, weights: Path, name: str):
    """Return the model that a configuration describes, with the weights in an HDF5 file.

    Both may come from anyone and are checked before they are used.

    Args:
        described: contents of config.json, {"model": configuration}.
        weights: the HDF5 file.
        name: what errors call the model.
    """
    config = described.get("model") if isinstance(described, Mapping) else None
    check_config(config, name)
    check_weights(weights, name)
    check_size(config, name)
    try:
        model = keras.saving.deserialize_keras_object(config)
        _check_count(model, weights, name)
        model.load_weights(weights)
    except UserError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise UserError(f"Expected weights that fit the model. Received: {name} ({first_line(error)}).") from error
    bad = [weight.path for weight in model.weights if not np.isfinite(keras.ops.convert_to_numpy(weight)).all()]
    if bad:
        raise UserError(f"Expected finite weights. Received: {name}, whose {bad[0]} is not finite.")
    return model


def without_training(config: Mapping) -> dict:
    """Return a model's serialised configuration without its optimizers and build shapes, which a preset does not have."""
    return {key: value for key, value in config.items() if key not in ("compile_config", "build_config")}


def _check_count(model, weights: Path, name: str) -> None:
    found = element_count(weights)
    # Keras saves the state of some seed generators, and not of others.
    least, most = (sum(math.prod(each.shape) for each in group) for group in (model.weights, model.variables))
    if not least <= found <= most:
        raise UserError(f"Expected a file of {least:,} weights. Received: {name}, whose file holds {found:,}.")


def _from_run(run: Run):
    """Return the model of a finished run, under the same checks as a preset."""
    run.check_finished()
    path = run.path / "model.keras"
    with tempfile.TemporaryDirectory() as temporary:
        weights = Path(temporary) / "model.weights.h5"
        try:
            with zipfile.ZipFile(path) as archive:
                sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
                if max(sizes.get(name, MAX_BYTES + 1) for name in ("config.json", "model.weights.h5")) > MAX_BYTES:
                    raise UserError(
                        f"Expected config.json and model.weights.h5 of at most {MAX_BYTES:,} bytes. Received: {path}."
                    )
                config = json.loads(archive.read("config.json"))
                weights.write_bytes(archive.read("model.weights.h5"))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, RecursionError) as error:
            raise UserError(f"The model in {path} is damaged ({first_line(error)}). Train the run anew.") from error
        return load({"model": without_training(config)}, weights, str(path))
