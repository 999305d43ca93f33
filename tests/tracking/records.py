"""A small record, which each tracker of the tests receives."""

from pathlib import Path

import numpy as np

from kvae.plots.grids import grid, save_image
from kvae.tracking import Record, Tracker

PARAMETERS = {"epochs": 2, "model.hidden": [16, 8], "run": "/runs/mine", "learning_rate": 1e-3}


def record(folder: Path, key: str = "0" * 32) -> Record:
    return Record(key, "runs/mine", PARAMETERS, folder)


def write(tracker: Tracker, folder: Path) -> None:
    """Record two epochs, an image and a preset."""
    image, preset = folder / "epoch-0002-samples.png", folder / "preset"
    save_image(grid(np.zeros((1, 4, 4, 1))), image)
    preset.mkdir()
    (preset / "card.json").write_text("{}")
    tracker.begin(record(folder))
    tracker.log({"loss": 3.0, "kl_unit/0": 0.5}, 1)
    tracker.log({"loss": 2.0, "kl_unit/0": 0.25}, 2)
    tracker.image("samples", image, 2)
    tracker.preset("mine", preset)
    tracker.end(True)
