"""A callback that measures how far samples are from training images."""

import keras
import numpy as np

from kvae.evaluation.feature_sets import kernel_distance
from kvae.evaluation.features import FeatureNetwork


class KernelDistance(keras.callbacks.Callback):
    """A callback that adds `val_kernel` to the logs of every epoch: the kernel distance of samples from training images.

    The latent codes of the samples are drawn from the prior, with the same seed in each epoch. The metric `kernel` has the
    definition of the distance.

    Args:
        features: the network that describes images.
        images: training images (N, H, W, C) in [0, 1].
        count: number of samples.
        labels: labels of the samples (count, …), for a model that takes labels.
    """

    def __init__(self, features: FeatureNetwork, images: np.ndarray, count: int, *labels: np.ndarray):
        super().__init__()
        self.features, self.images, self.count, self.labels = features, images, count, labels

    def on_train_begin(self, logs=None):
        self.training = self.features(self.images)

    def on_epoch_end(self, epoch, logs=None):
        samples = self.model.sample(self.count, *self.labels, seed=0)
        logs["val_kernel"], _ = kernel_distance(self.training, self.features(samples))
