"""Building models from checked configurations and weights."""

import json
import math
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kvae.errors import UserError, first_line
from kvae.files import MAX_JSON, open_member
from kvae.loading.arrays import MAX_BYTES, check_weights, element_count
from kvae.loading.config import check_config
from kvae.loading.size import check_size, refused
from kvae.training.precision import in_float32
from kvae.upgrade import upgrade_layers


def build(described, name: str, own_classes: bool = False) -> keras.Model:
    """Return the untrained model that a configuration describes, after checking it. Optimizers are left out.

    Its networks compute in float32, also if those of the stored model computed in bfloat16.

    Args:
        described: a JSON value, {"model": configuration}. It may come from anyone.
        name: what errors call the model.
        own_classes: True for a run of a recipe file that the user trusts. Classes that this process has registered are
            then accepted (`check_config`), and the size is not bounded.
    """
    config: Any = without_training(described.get("model")) if isinstance(described, Mapping) else None
    check_config(config, name, own_classes)
    if not own_classes:
        check_size(config, name)
    try:
        return keras.saving.deserialize_keras_object(upgrade_layers(in_float32(config)))
    except UserError:
        raise
    except Exception as error:  # Keras raises many kinds for parts that do not fit each other
        raise refused(name, f"which cannot be built ({first_line(error)})") from error


def load(described, weights: Path, name: str, own_classes: bool = False) -> keras.Model:
    """Return the model that a configuration describes, with the weights in an HDF5 file. Both may come from anyone.

    Args:
        described, name, own_classes: as for `build`.
        weights: the HDF5 file.
    """
    model = build(described, name, own_classes)
    assign(model, weights, name)
    return model


def assign(model: keras.Model, weights: Path, name: str) -> None:
    """Assign the weights in an HDF5 file, which may come from anyone, to `model`. `name` is what errors call the model."""
    check_weights(weights, name)
    try:
        _check_count(model, weights, name)
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Skipping nested container")  # whose layers would keep random weights
            model.load_weights(weights)
    except UserError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, UserWarning) as error:
        raise UserError(f"Expected weights that fit the model. Received: {name} ({first_line(error)}).") from error
    bad = [weight.path for weight in model.weights if not np.isfinite(keras.ops.convert_to_numpy(weight)).all()]
    if bad:
        raise UserError(f"Expected finite weights. Received: {name}, whose {bad[0]} is not finite.")


def load_archive(path: Path, own_classes: bool = False) -> keras.Model:
    """Return the model in a .keras file, without its optimizers, under the same checks as `load`."""
    with tempfile.TemporaryDirectory() as temporary:
        config, weights = Path(temporary) / "config.json", Path(temporary) / "model.weights.h5"
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, config.name, config, MAX_JSON)
                _unpack(archive, weights.name, weights, MAX_BYTES)
            described = json.loads(config.read_bytes())
        except UserError:
            raise
        except Exception as error:  # `zipfile` raises exceptions of many types for damaged bytes
            raise UserError(f"The model in {path} is damaged ({first_line(error)}). Train the run anew.") from error
        return load({"model": described}, weights, str(path), own_classes)


def without_training(config):
    """Return a model's serialised configuration without its optimizers and build shapes, which a preset does not have."""
    if not isinstance(config, Mapping):
        return config
    return {key: value for key, value in config.items() if key not in ("compile_config", "build_config")}


def _check_count(model, weights: Path, name: str) -> None:
    found = element_count(weights)
    # Keras saves the state of some seed generators, and not of others, and the kernel within a wrapper twice.
    least, most = (sum(math.prod(each.shape) for each in group) for group in (model.weights, model.variables))
    if not least <= found <= 2 * most:
        raise UserError(f"Expected a file of {least:,} weights. Received: {name}, whose file holds {found:,}.")


def _unpack(archive: zipfile.ZipFile, member: str, target: Path, limit: int) -> None:
    """Write a member of a zip file to `target`. If the archive is damaged, `zipfile` raises errors of many types.

    Raises:
        UserError: the member unpacks to more than `limit` bytes, whatever size the archive states.
    """
    size = 0
    with open_member(archive, archive.getinfo(member)) as packed, open(target, "wb") as file:
        while part := packed.read(2**20):
            size += len(part)
            if size > limit:
                raise UserError(f"Expected {member} of at most {limit:,} bytes. Received: {archive.filename}.")
            file.write(part)
