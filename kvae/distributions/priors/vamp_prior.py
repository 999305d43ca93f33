"""The VampPrior: a mixture of the posteriors of trained pseudo-inputs."""

import keras
from keras import ops

from kvae.distributions.mixture import Mixture
from kvae.distributions.priors.base import Prior
from kvae.errors import UserError


@keras.saving.register_keras_serializable("kvae")
class VampPrior(Prior, keras.Layer):
    """A mixture of the posteriors of K pseudo-inputs, which are trained (Tomczak and Welling 2018).

        p(z) = 1/K Σ_k q(z|u_k)                                                                      (eq. 9)

    The pseudo-inputs u_k are clipped to [0, 1]. Their initial values are draws of N(`mean`, `stddev`²), as in the authors'
    code. The encoder runs in inference mode for them, so that its batch statistics are those of the data alone.

    Args:
        shape: the shape of one x.
        components: number K of pseudo-inputs.
        mean, stddev: mean and standard deviation of the initial pseudo-inputs.
        seed: the seed of the initial pseudo-inputs.
    """

    uses_posterior = True

    def __init__(
        self,
        shape,
        components: int = 500,
        mean: float = 0.05,
        stddev: float = 0.01,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if components < 1:
            raise UserError(f"Expected one pseudo-input or more. Received: components={components}.")
        self.shape = tuple(shape)
        self.components = components
        self.mean = mean
        self.stddev = stddev
        self.seed = seed
        initializer = keras.initializers.RandomNormal(mean, stddev, seed=seed)
        self.pseudo_inputs = self.add_weight(
            shape=(components, *self.shape), initializer=initializer, name="pseudo_inputs"
        )
        self.built = True

    def check(self, shape, data_shape):
        if tuple(data_shape) != self.shape:
            raise UserError(
                f"Expected pseudo-inputs of the shape of the data, {tuple(data_shape)}. Received: "
                f"VampPrior(shape={self.shape})."
            )

    def __call__(self, shape, posterior=None, batch=()):
        components = posterior(ops.clip(ops.convert_to_tensor(self.pseudo_inputs), 0.0, 1.0))  # (K,) + shape
        if not components.density_everywhere:
            raise UserError(
                "Expected a posterior whose density is available at every point, for VampPrior. Received: "
                f"{type(components).__name__}. Use a posterior such as DiagonalNormal."
            )
        return Mixture(ops.zeros((*batch, self.components)), components, event=len(shape))

    def get_config(self):
        own = {
            "shape": self.shape,
            "components": self.components,
            "mean": self.mean,
            "stddev": self.stddev,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}
