"""A trained classifier, as the explorer shows it."""

import os
from pathlib import Path

import numpy as np

from kvae.capabilities import CLASSIFIER
from kvae.images.reading import read_images
from kvae.recipes import Trained
from kvae.recipes.label_names import LabelNames


class ClassifierSession:
    """A trained classifier of images. The data set is not needed.

    Args:
        trained: the trained model.

    Raises:
        UserError: the model is not a classifier.
    """

    def __init__(self, trained: Trained):
        trained.require(CLASSIFIER)
        self.trained, self.model = trained, trained.model
        self.names = LabelNames.of_model(self.model.labels, trained.label_names).names[-self.model.labels.units :]

    def read(self, path: str | os.PathLike) -> np.ndarray:
        """Return the user's own image in the file `path` as the classifier takes it: (H, W, C), in [0, 1]."""
        return read_images([Path(path)], self.model.data_shape)[0]

    def probabilities(self, image: np.ndarray) -> dict[str, float]:
        """Return the probability of each class, or of each attribute to be 1, given an image (H, W, C)."""
        (values,) = self.model.probabilities(image[None]).tolist()
        return dict(zip(self.names, values, strict=True))
