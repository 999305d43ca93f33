"""The files of a preset.

config.json         the model: classes and sizes
model.weights.h5    its weights, perhaps in half precision
card.json           what it is: recipe and parameters, data and their licence, versions, figures and the commands that
                    repeat them, a few answers (`kvae.presets.probe`), SHA-256 of the other two files

An older preset is replaced in two moves: the new files, once whole, become the folder `.new` within it, and then move to
their places. Until the first move the preset is the older one, from then on the new one, wherever its files are by then.
"""

import dataclasses
import importlib.metadata
import importlib.resources
import json
import math
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

import kvae.models
import kvae.networks  # noqa: F401  (like the models: registers the classes that a preset may name)
from kvae.data.licences import licence
from kvae.errors import UserError, first_line
from kvae.files import atomic, read_json, write_json
from kvae.presets.hub import download, is_hub, repository
from kvae.presets.probe import probe
from kvae.presets.safety import BYTES, check_config, check_size, check_weights
from kvae.presets.weights import compress, elements, sha256
from kvae.runs import Run
from kvae.version import __version__

FORMAT = 1
FILES = ("config.json", "model.weights.h5", "card.json")
BESIDE = ("README.md", "picture.png")
"""What may lie beside them, since the Hub has it."""

NEW = ".new"


def from_preset(source: str | os.PathLike):
    """The trained model that `source` stands for, ready to use and to train further once it is compiled.

    Args:
        source: a preset that comes along, by its name ("digits/vae"); a folder that `to_preset` wrote; a run directory; or
            "hf://user/repo" on the Hugging Face Hub (`pip install "kvae-zoo[hub]"`).

    Raises:
        UserError: there is no such preset, a file of it is damaged or is not the one that the card was written for, or it
            names or holds anything but a model of kvae.
    """
    folder = locate(source)
    if is_run(folder):
        return _from_run(folder)
    card = read_card(folder)
    for name in FILES[:2]:
        expected, found = card["sha256"].get(name), sha256(inside(folder, name))
        if found != expected:
            raise UserError(
                f"Expected the {name} that card.json was written for. Received: {folder}, whose {name} is damaged "
                "or another."
            )
    return _load(read_json(inside(folder, "config.json")), inside(folder, "model.weights.h5"), str(folder))


def to_preset(model, path: str | os.PathLike, card: Mapping | None = None, half: bool = False) -> Path:
    """Writes `model` as the preset `path`, a new or an empty folder or an older preset, and returns it.

    `card` holds what is known of the model; versions, backend, the number of parameters, the licence of the data that it
    names, a few answers and checksums are added. With `half`, weights are kept in 16 bits: half the size, for models whose
    figures do not change by it. A full disk or a kill leaves the older preset or the new one, whole.
    """
    path = Path(path)
    if strangers := sorted(each.name for each in path.iterdir() if not _is_known(each)) if path.is_dir() else []:
        raise UserError(
            f"Expected a new folder, or a preset. Received: {path}, which holds {', '.join(strangers[:5])}."
        )
    path.mkdir(parents=True, exist_ok=True)
    _move_new(path)
    for left in path.glob(f"{NEW}-*"):  # by a kill
        shutil.rmtree(left)
    new = Path(tempfile.mkdtemp(dir=path, prefix=f"{NEW}-"))
    try:
        _write(model, new, card or {}, half)
        os.rename(new, path / NEW)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _move_new(path)
    return path


def _is_known(each: Path) -> bool:
    """Whether it may lie in a preset's folder: its files, and what a kill left of new ones."""
    left = each.name == NEW or each.name.startswith(f"{NEW}-")
    return each.name in (*FILES, *BESIDE) or (left and each.is_dir() and not each.is_symlink())


def _move_new(path: Path) -> None:
    """Brings new files that are whole to their places; the card first, by which a folder is known for a preset."""
    new = path / NEW
    if not new.is_dir():
        return
    for name in reversed(FILES):
        if (new / name).exists():
            os.replace(new / name, path / name)
    new.rmdir()


def open_trained(source: str | os.PathLike) -> "Run | Preset":
    """The run or the preset that `source` stands for."""
    folder = locate(source)
    return Preset(folder) if (folder / "card.json").is_file() else Run.open(folder)


class Preset:
    """A preset where a run is expected: finished, and not to be changed."""

    finished = True

    def __init__(self, source: str | os.PathLike):
        self.path = locate(source)
        self.config = read_card(self.path)
        self.metrics = {"data": self.config.get("figures_on"), "metrics": self.config.get("figures", {})}
        self.images = Path()  # those that are made of it belong where the user is

    def load_model(self):
        return from_preset(self.path)

    def history(self) -> dict[str, np.ndarray]:
        """Of its training a card says how many epochs there were."""
        epochs = self.config.get("epochs")
        return {"epoch": np.array([epochs])} if isinstance(epochs, int) else {}

    def save_metrics(self, report: Mapping) -> None:
        """Figures computed anew are not the card's."""


def _write(model, folder: Path, card: Mapping, half: bool) -> None:
    with atomic(folder / "config.json") as config:  # for programs: indented it would be three times as long
        config.write_text(json.dumps({"format": FORMAT, "model": _described(model)}) + "\n", encoding="utf-8")
    whole = folder / "whole.weights.h5"
    model.save_weights(whole)
    with atomic(folder / "model.weights.h5") as weights:
        compress(whole, weights, half)
    whole.unlink()
    if half:  # what is kept is another model, by a little
        model = _load(read_json(folder / "config.json"), folder / "model.weights.h5", "the new preset")
    data = card.get("data")
    if isinstance(data, Mapping) and "name" in data:
        card = {**card, "data": {**data, "licence": dataclasses.asdict(licence(data["name"]))}}
    backend = keras.backend.backend()
    packages = ("keras", "numpy", backend)
    written = {
        **card,
        "format": FORMAT,
        "parameter_count": model.count_params(),
        "precision": "float16" if half else "float32",
        "versions": {"kvae": __version__, **{package: importlib.metadata.version(package) for package in packages}},
        "backend": backend,
        "probe": probe(model),
        "sha256": {name: sha256(folder / name) for name in FILES[:2]},
    }
    write_json(folder / "card.json", written)


def read_card(folder: str | os.PathLike) -> dict:
    """The card of a preset. Raises `UserError` where there is none."""
    card = read_json(inside(Path(folder), "card.json"))
    if not (isinstance(card, dict) and isinstance(card.get("sha256"), dict) and card.get("format") == FORMAT):
        raise UserError(
            f"Expected the card of a preset of format {FORMAT}. Received: {folder}/card.json, which is none. "
            "A newer preset takes a newer kvae."
        )
    return card


def names() -> list[str]:
    """The presets that come along."""
    root = Path(str(importlib.resources.files("kvae.weights")))
    return sorted(str(card.parent.relative_to(root)) for card in root.glob("*/*/card.json"))


# ------------------------------------------------------------------ where presets are


def locate(source: str | os.PathLike) -> Path:
    """The folder of a preset or a run that `source` stands for."""
    text = os.fspath(source)
    if is_hub(text):
        return download(repository(text), FILES)
    if Path(text).is_dir():
        return Path(text)
    if text in names():
        return Path(str(importlib.resources.files("kvae.weights"))) / text
    raise UserError(
        f"Expected a preset ({', '.join(names()) or 'none come along'}), a folder, a run, or hf://user/repo. "
        f"Received: {text}."
    )


def is_run(folder: Path) -> bool:
    return (folder / "model.keras").exists() or (folder / "checkpoint").exists()


def inside(folder: Path, name: str) -> Path:
    """A plain file of `folder`, or the new one that is to replace it: the Hub's cache links to where files are, anyone
    else's links lead elsewhere."""
    path = folder / NEW / name if (folder / NEW / name).is_file() else folder / name
    if not path.is_file():
        raise UserError(f"Expected a whole preset: {', '.join(FILES)}. Received: {folder}, which lacks {name}.")
    home = folder.resolve()
    homes = {home, home / NEW}
    if home.parent.name == "snapshots":
        homes.add(home.parent.parent / "blobs")
    if path.resolve().parent not in homes:
        raise UserError(f"Expected the files of a preset in its folder. Received: {path}, which leads elsewhere.")
    return path


# ------------------------------------------------------------------ loading


def _load(described, weights: Path, name: str):
    config = described.get("model") if isinstance(described, dict) else None
    check_config(config, name)
    check_weights(weights, name)
    check_size(config, name)
    try:
        model = keras.saving.deserialize_keras_object(config)
        held = elements(weights)
        least, most = (sum(math.prod(each.shape) for each in group) for group in (model.weights, model.variables))
        if not least <= held <= most:  # Keras keeps the state of some random generators, and not of others
            raise UserError(f"Expected weights for {least:,} numbers. Received: {name}, whose file holds {held:,}.")
        model.load_weights(weights)
    except UserError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise UserError(f"Expected weights that fit the model. Received: {name} ({first_line(error)}).") from error
    if bad := [weight.path for weight in model.weights if not np.isfinite(keras.ops.convert_to_numpy(weight)).all()]:
        raise UserError(f"Expected finite weights. Received: {name}, whose {bad[0]} is not.")
    return model


def _from_run(folder: Path):
    run = Run.open(folder)
    path = run.path / "model.keras"
    if not run.finished:
        raise UserError(f"Expected a run that is finished. Received: {folder}. Go on: kvae train --resume {folder}")
    with tempfile.TemporaryDirectory() as temporary:
        weights = Path(temporary) / "model.weights.h5"
        try:
            with zipfile.ZipFile(path) as archive:
                sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
                if max(sizes.get("config.json", BYTES + 1), sizes.get("model.weights.h5", BYTES + 1)) > BYTES:
                    raise UserError(
                        f"Expected config.json and model.weights.h5 of at most {BYTES:,} bytes. Received: {path}."
                    )
                config = json.loads(archive.read("config.json"))
                weights.write_bytes(archive.read("model.weights.h5"))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, RecursionError) as error:
            raise UserError(f"Expected a whole model. Received: {path} ({first_line(error)}).") from error
        return _load({"model": _without_training(config)}, weights, str(path))


def _described(model) -> dict:
    return _without_training(keras.saving.serialize_keras_object(model))


def _without_training(config):
    """A model's description without its optimizers', which a preset has not."""
    return {key: value for key, value in config.items() if key not in ("compile_config", "build_config")}
