"""Records of trainings in TensorBoard, MLflow, Weights & Biases and Trackio. Each tracker has one file."""

import importlib
import importlib.util

from kvae.errors import UserError
from kvae.suggest import require
from kvae.tracking.tracker import Record, Tracker

TRACKERS = ("tensorboard", "mlflow", "wandb", "trackio")
"""Names of the trackers. Each is also the name of a package, of an extra of kvae and of a file."""

__all__ = ["TRACKERS", "Record", "Tracker", "check_tracker", "open_tracker"]


def check_tracker(name: str) -> None:
    """Raise `UserError` if there is no tracker called `name`, or if its package is not installed."""
    require("track", name, TRACKERS)
    if importlib.util.find_spec(name) is None:
        raise UserError(
            f"Expected an installed tracker. Received: {name}, which is not installed. "
            f'Install it: pip install "kvae-zoo[{name}]"'
        )


def open_tracker(name: str) -> Tracker:
    """Return the tracker called `name`. It raises `UserError` as `check_tracker` does."""
    check_tracker(name)
    return importlib.import_module(f"kvae.tracking.{name}").create()
