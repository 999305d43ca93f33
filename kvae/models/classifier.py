"""Classifier of images."""

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.capabilities import CLASSIFIER
from kvae.distributions.checks import check_images
from kvae.distributions.labels import get as get_labels
from kvae.errors import UserError
from kvae.objectives import batch_mean
from kvae.training import Model, reports

USER = "a classifier of images"
"""The user of x in errors about its range."""


@keras.saving.register_keras_serializable("kvae")
class Classifier(Model):
    """Classifier q(y|x), which evaluates the images that generative models make.

        loss = −log q(y|x)

    in nats, averaged over the batch. y is a class, or several attributes that are independent of each other given x:
    their losses are added. `accuracy` is the share of correct predictions, over examples and attributes.

    Args:
        net: network x (B, …) -> logits of y (B, A).
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        mirrored: True if a prediction is the mean of the predictions for an image and for its mirror image.

    Example:
        >>> from kvae.distributions import ClassLabels
        >>> from kvae.networks import mlp
        >>> model = Classifier(mlp((8, 8, 1), 3), ClassLabels(3))
        >>> model.probabilities(np.zeros((2, 8, 8, 1))).shape
        (2, 3)
    """

    batch_spec = ("x", "y")
    capabilities = frozenset({CLASSIFIER})

    def __init__(self, net, labels, mirrored=False, **kwargs):
        super().__init__(**kwargs)
        self.net = net
        self.labels = get_labels(labels)
        self.mirrored = mirrored
        if net.output_shape[1:] != (self.labels.units,):
            raise UserError(
                f"Expected a network that returns {self.labels.units} logits, for {self.labels}. "
                f"Received: shape={net.output_shape[1:]}."
            )

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one x."""
        return tuple(self.net.input_shape[1:])

    def check(self, x, y=None):
        super().check(x, y)
        check_images(x, "x", self.data_shape, USER)
        self.labels.check(y)

    # ------------------------------------------------------------------ losses

    @reports("loss", "accuracy")
    def loss_terms(self, data, training):
        x, y = data
        logits = self.net(x, training=training)
        return {
            "loss": -batch_mean(self.labels.log_prob(y, logits)),
            "accuracy": batch_mean(self.labels.agreement(y, logits)),
        }

    # ------------------------------------------------------------------ predictions

    def call(self, x, training=False):
        """Return the probabilities q(y|x) of images (B, …): (B, A)."""
        predicted = self.labels.probabilities(self.net(x, training=training))
        if not self.mirrored:
            return predicted
        return (predicted + self.labels.probabilities(self.net(ops.flip(x, axis=-2), training=training))) / 2

    def probabilities(self, x, batch_size: int = 256) -> np.ndarray:
        """Return q(y|x) for `x` (N, …), the probability of each attribute to be 1 or of each class: (N, A)."""
        check_images(as_array(x), "x", self.data_shape, USER)
        return self.batched("probabilities", self.call, x, batch_size=batch_size)
