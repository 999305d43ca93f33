"""A classifier: the judge of what generative models make."""

import keras
import numpy as np
from keras import ops

from kvae.capabilities import CLASSIFIER
from kvae.distributions import labels as labels_
from kvae.distributions.checks import check_finite, check_shape, check_unit
from kvae.errors import UserError
from kvae.objectives import batch_mean
from kvae.training import Model, Phase, reports


@keras.saving.register_keras_serializable("kvae")
class Classifier(Model):
    """q(y|x) by a net's logits, attributes independent of each other given x.

        loss = −log q(y|x)

    in nats, summed over the attributes, averaged over the batch. `accuracy` is the share of right answers, over examples
    and attributes.

    Args:
        net: net x (B, …) -> logits of y (B, A).
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        mirrored: whether an answer is the mean of those to a picture and to its mirror image.
    """

    batch_spec = ("x", "y")
    capabilities = frozenset({CLASSIFIER})

    def __init__(self, net, labels, mirrored=False, **kwargs):
        super().__init__(**kwargs)
        self.net = net
        self.labels = labels_.get(labels)
        self.mirrored = mirrored
        if net.output_shape[1:] != (self.labels.units,):
            raise UserError(
                f"Expected a net that returns {self.labels.units} logits, for {self.labels}. "
                f"Received: shape={net.output_shape[1:]}."
            )

    @property
    def data_shape(self):
        return tuple(self.net.input_shape[1:])

    def check(self, x, y=None):
        super().check(x, y)
        _check_pictures(x, self.data_shape)
        self.labels.check(y)

    # ------------------------------------------------------------------ losses

    @reports("loss", "accuracy")
    def cross_entropy(self, data, training):
        x, y = data
        logits = self.net(x, training=training)
        return {
            "loss": -batch_mean(self.labels.log_prob(y, logits)),
            "accuracy": batch_mean(self.labels.agreement(y, logits)),
        }

    # ------------------------------------------------------------------ phases

    def phases(self):
        return (Phase(self.cross_entropy, over={"loss": [self.net]}),)

    # ------------------------------------------------------------------ answers

    def call(self, x, training=False):
        """Probabilities q(y|x) of pictures (B, …): (B, A)."""
        answer = self.labels.probabilities(self.net(x, training=training))
        if not self.mirrored:
            return answer
        return (answer + self.labels.probabilities(self.net(ops.flip(x, axis=-2), training=training))) / 2

    def probabilities(self, x, batch_size: int = 256) -> np.ndarray:
        """q(y|x) of `x` (N, …): of each attribute to be 1, or of each class, (N, A)."""
        _check_pictures(np.asarray(x), self.data_shape)
        return self.batched("probabilities", self.call, x, batch_size=batch_size)


def _check_pictures(x, shape):
    check_shape(x, "x", shape)
    check_finite(x, "x")
    check_unit(x, "x", "a classifier of pictures", otherwise=None)
