"""The trained classifier that some metrics and images need."""

import os

from kvae.capabilities import CLASSIFIER
from kvae.presets import open_run_or_preset
from kvae.recipes.trained_data import TrainedData


def open_classifier(source: str | os.PathLike | TrainedData) -> TrainedData:
    """Return the trained classifier in the run or preset `source`. An opened one is returned as it is.

    Raises `UserError` if the model is not a classifier.
    """
    opened = source if isinstance(source, TrainedData) else TrainedData(open_run_or_preset(source), os.fspath(source))
    opened.require(CLASSIFIER)
    return opened
