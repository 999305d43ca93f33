"""The likelihood of the σ-VAE: normal noise with one scale for all values, which is optimal in closed form."""

import keras
from keras import ops

from kvae.distributions.likelihoods.base import Likelihood, event_of
from kvae.distributions.normal import Normal
from kvae.distributions.optimal_normal import OptimalNormal
from kvae.errors import UserError


@keras.saving.register_keras_serializable("kvae")
class OptimalNormalLikelihood(Likelihood, keras.Layer):
    """Likelihood of real data with normal noise of one scale σ, which all dimensions and examples share. h holds the means.

    In training σ has the value that maximises log p(x|z) of the batch, which is the root of the mean squared error:

        σ² = mean (x − h)²          (Rybkin et al. 2021, optimal σ-VAE)

    The mean distortion of the batch is then D/2 (log 2πσ² + 1), with D values in one x. σ balances distortion and rate, so
    that β = 1 needs no search.

    The K samples of an IWAE share σ. It counts them equally, while the bound counts those with a larger weight more. If
    TensorFlow trains on several devices, each has the σ of its part of the batch.

    Elsewhere (validation, metrics, samples) σ² is a weight of the layer, `variance`, which is saved with the model. It is
    the mean of σ² over the latest batches of training: over all batches until there are 1 / (1 − `momentum`), and then a
    moving average. Before training it is 1. σ falls during training, so that a longer average would lag behind it.

    Args:
        momentum: weight of the former mean in the moving average.
    """

    name = "optimal_normal"
    support = "real"
    density = True

    def __init__(self, momentum: float = 0.9, **kwargs):
        super().__init__(**{"name": "optimal_normal", **kwargs})
        if not 0 <= momentum < 1:
            raise UserError(f"Expected momentum of at least 0 and below 1. Received: momentum={momentum}.")
        self.momentum = momentum
        options = {"shape": (), "trainable": False, "aggregation": "mean"}  # the mean over the devices of TensorFlow
        self.variance = self.add_weight(name="variance", initializer="ones", **options)
        self.batches = self.add_weight(name="batches", initializer="zeros", **options)
        self.built = True

    def __repr__(self):
        return f"OptimalNormalLikelihood(momentum={self.momentum})"

    def outputs(self, shape):
        return tuple(shape)

    def __call__(self, h, batch_axes=1, training=False):
        log_scale, event = 0.5 * ops.log(ops.convert_to_tensor(self.variance)), event_of(h, batch_axes)
        if training:
            return OptimalNormal(h, log_scale, self._include, event=event)
        return Normal(h, log_scale, event=event)

    def _include(self, variance) -> None:
        """Include σ² of a batch in the mean."""
        weight = ops.maximum(1 / (self.batches + 1), 1 - self.momentum)
        change = ops.cast(variance, self.variance.dtype) - self.variance
        self.variance.assign(self.variance + weight * change)
        self.batches.assign(self.batches + 1)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}
