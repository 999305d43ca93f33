"""The feature network that the metrics of samples need."""

import os
from typing import TypeAlias

import keras

from kvae import weights
from kvae.errors import UserError
from kvae.evaluation.features import FeatureNetwork
from kvae.files import sha256
from kvae.networks import IMAGENET_WEIGHTS, imagenet_features, imagenet_weights, penultimate
from kvae.recipes.classifier import open_classifier
from kvae.recipes.trained_data import TrainedData

Source: TypeAlias = str | os.PathLike | TrainedData | keras.Model | FeatureNetwork
"""Argument from which `open_features` opens a feature network."""


def open_features(source: Source | None, data_name: str, shape: tuple[int, ...]) -> FeatureNetwork:
    """Return a feature network for images of `shape` (H, W, C) of the data set `data_name`.

    Args:
        source: one of these, or None for the bundled classifier of the data set:
            - a trained classifier, or its run or preset. The features are the inputs of its last layer.
            - "inception_v3" or "vgg19" of `keras.applications`, whose weights must be on this computer
            - a Keras network, images in [0, 1] -> features (B, D) or feature maps
            - a `FeatureNetwork`

    Raises:
        UserError: no bundled classifier suits the data, the weights are missing, or the network takes other images.
    """
    network = _open(_bundled(data_name) if source is None else source, shape)
    network.check(shape)
    return network


def _open(source: Source, shape: tuple[int, ...]) -> FeatureNetwork:
    if isinstance(source, FeatureNetwork):
        return source
    if isinstance(source, keras.Model):
        return FeatureNetwork(source)
    if isinstance(source, str) and source in IMAGENET_WEIGHTS:
        path = imagenet_weights(source)
        return FeatureNetwork(imagenet_features(source, shape, path), source, sha256(path))
    classifier = open_classifier(source)
    return FeatureNetwork(penultimate(classifier.model.net), classifier.name, classifier.weights)


def _bundled(data_name: str) -> str:
    """Return the first bundled preset of a classifier of the data set."""
    for name in weights.names():
        if name.startswith(f"{data_name}/") and name.endswith("classifier"):
            return name
    raise UserError(
        f"Expected a feature network for samples of {data_name}, for which no classifier is bundled. Give one with "
        f"--features: a run or preset of a classifier, or {' or '.join(IMAGENET_WEIGHTS)}."
    )
