"""Writing presets, and reading a preset where a run is expected."""

import dataclasses
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from kvae.data.licences import licence
from kvae.errors import UserError
from kvae.files import LOCK, atomic, locked, sha256, write_json
from kvae.latent.samplers import Sampler, read_sampler, write_sampler
from kvae.loading import assign, build, without_training
from kvae.presets.layout import FILES, NEW, SAMPLER, belongs_to_preset, locate, move_new, read_card
from kvae.presets.load import from_preset, load_sampler
from kvae.presets.probe import probe
from kvae.presets.upgrade import FORMAT
from kvae.presets.weights import compress
from kvae.runs import Run
from kvae.version import installed_versions


class Preset:
    """A preset with the methods of a finished `Run`. It cannot be changed."""

    finished = True

    def __init__(self, source: str | os.PathLike):
        self.path = locate(source)
        self.config = read_card(self.path)
        self.metrics = {"data": self.config.get("metrics_data"), "metrics": self.config.get("metrics") or {}}
        self.weights = self.config["sha256"].get("model.weights.h5")
        self.images = Path()  # images made from a preset belong in the user's current folder

    def load_model(self):
        """Return the trained model."""
        return from_preset(self.path)

    def load_sampler(self) -> Sampler | None:
        """Return the sampler, or None if the preset has none."""
        return load_sampler(self.path)

    def history(self) -> dict[str, np.ndarray]:
        """Return the number of epochs as the column "epoch". A card has no other history."""
        epochs = self.config.get("epochs")
        return {} if epochs is None else {"epoch": np.array([epochs])}

    def save_metrics(self, report: Mapping) -> None:
        """Do nothing: the metrics on a card stay as they were published."""


def open_run_or_preset(source: str | os.PathLike) -> Run | Preset:
    """Return the run or the preset `source`, which is anything that `from_preset` accepts.

    `kvae.open_trained` returns it together with its recipe and data.
    """
    folder = locate(source)
    return Preset(folder) if (folder / "card.json").is_file() else Run.open(folder)


def to_preset(
    model,
    path: str | os.PathLike,
    card: Mapping | None = None,
    half: bool = False,
    sampler: Sampler | None = None,
) -> Path:
    """Write `model` as a preset and return its folder.

    If the disk is full or the process is killed, the folder holds the old preset or the new one, and never a mixture.

    Args:
        model: a trained model of kvae.
        path: a new or empty folder, or an existing preset, which is replaced.
        card: facts about the model, such as its recipe, data and metrics. Versions, backend, number of parameters,
            licence of the data, reference outputs and checksums are added.
        half: True to store weights in 16 bits. This halves the size, and suits models whose metrics do not change by
            the rounding.
        sampler: density of the latent codes that was fitted after training.

    Raises:
        UserError: `from_preset` would refuse the model, for example because of a layer with code of its own; `path` holds
            other files; another process writes it; or a weight does not fit into 16 bits. An existing preset then stays as
            it is.
    """
    path = Path(path)
    # It has no indents: no person reads it, and it would be three times as long.
    config = json.dumps({"format": FORMAT, "model": without_training(keras.saving.serialize_keras_object(model))})
    copy = build(json.loads(config), f"{type(model).__name__}, which cannot be stored as a preset")  # as `from_preset`
    found = path.iterdir() if path.is_dir() else ()
    if others := sorted(each.name for each in found if not belongs_to_preset(each)):
        raise UserError(f"Expected a new folder, or a preset. Received: {path}, which holds {', '.join(others[:5])}.")
    with locked(path / LOCK):
        move_new(path)
        for left in path.glob(f"{NEW}-*"):  # by a killed process
            shutil.rmtree(left)
        new = Path(tempfile.mkdtemp(dir=path, prefix=f"{NEW}-"))
        try:
            _write(config, model, copy, new, card or {}, half, sampler)
            os.rename(new, path / NEW)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        move_new(path)
        if sampler is None:  # that of the old preset, which the new card does not name
            (path / SAMPLER).unlink(missing_ok=True)
    return path


def _write(config: str, model, copy, folder: Path, card: Mapping, half: bool, sampler: Sampler | None) -> None:
    """Write the files of a preset of `model` into `folder`. Weights and sampler are read again, the weights into `copy`."""
    with atomic(folder / "config.json") as temporary:
        temporary.write_text(f"{config}\n", encoding="utf-8")
    everything = folder / "all.weights.h5"
    model.save_weights(everything)
    with atomic(folder / "model.weights.h5") as weights:
        compress(everything, weights, half)
    everything.unlink()
    assign(copy, folder / "model.weights.h5", "the new preset")
    names = FILES[:2]
    if sampler is not None:
        write_sampler(folder / SAMPLER, sampler)
        sampler, names = read_sampler(folder / SAMPLER), (*names, SAMPLER)
        card = {**card, "sampler": sampler.facts}
    backend = keras.backend.backend()
    written = {
        **_with_licence(card),
        "format": FORMAT,
        "parameter_count": copy.count_params(),
        "precision": "float16" if half else "float32",
        "versions": installed_versions(backend),
        "backend": backend,
        "probe": probe(copy, sampler),  # the card describes the stored model, whose weights may be rounded
        "sha256": {name: sha256(folder / name) for name in names},
    }
    write_json(folder / "card.json", written)
    read_card(folder)  # which refuses facts that are none of a card


def _with_licence(card: Mapping) -> dict:
    """Return `card` with the licence of the data set that it names."""
    data = card.get("data")
    if not (isinstance(data, Mapping) and "name" in data):
        return dict(card)
    return {**card, "data": {**data, "licence": dataclasses.asdict(licence(data["name"]))}}
