"""Regularized autoencoder (Ghosh, Sajjadi, Vergari, Black and Schölkopf 2020)."""

import keras
from keras import ops

from kvae.errors import UserError
from kvae.models.base import LatentModel
from kvae.models.base.factors import stateless
from kvae.objectives import batch_mean, half_squared_error, squared_gradient
from kvae.training import reports

REGULARIZERS = ("l2", "gp")
"""Values of the argument `regularizer` of `RAE`."""


@keras.saving.register_keras_serializable("kvae")
class RAE(LatentModel):
    """Regularized autoencoder: a deterministic code z = f(x) of limited size, and a regularized decoder.

        loss = −log p(x | z = f(x)) + β·½|z|² + λ·R

    as a mean over the batch, in nats. The regularizer R makes the decoder smooth, so that codes near those of the
    training data are decoded to similar images ("From variational to deterministic autoencoders", Ghosh et al. 2020):

        "l2"  R = Σ θ² over the trainable weights θ of the decoder
        "gp"  R = |∂D(z)/∂z|², the squared Frobenius norm of the Jacobian of the decoded image D(z)

    The Jacobian is not computed. With v ~ N(0, 1) in the shape of x, |∂⟨v, D(z)⟩/∂z|² estimates R without bias, for
    one more pass through the decoder and its derivatives.

    The model has no prior, so `sample` raises an error. The paper draws samples from a density that is fitted to the
    codes after training.

    Args:
        encoder: network x (B, …) -> z (B, *latent).
        decoder: network z (B, *latent) -> parameters of p(x|z).
        likelihood: a name or a `Likelihood`.
        regularizer: "l2" or "gp".
        beta: β, the weight of the size of the code; a variable, which a callback may anneal.
        regularization: λ, the weight of R; a variable.
        seed: seed of v. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import mlp
        >>> model = RAE(mlp((8, 8, 1), 2), mlp(2, (8, 8, 1)), regularizer="gp")
        >>> model.encode(np.zeros((4, 8, 8, 1))).shape
        (4, 2)
    """

    def __init__(
        self,
        encoder,
        decoder,
        likelihood="normal",
        regularizer="l2",
        beta=0.01,
        regularization=1e-4,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, **kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.check_networks()
        if regularizer not in REGULARIZERS:
            raise UserError(f"Expected regularizer to be one of {', '.join(REGULARIZERS)}. Received: {regularizer=}.")
        self.regularizer = regularizer
        self.beta = self.add_scalar("beta", beta)
        self.regularization = self.add_scalar("regularization", regularization)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    # ------------------------------------------------------------------ factors

    def code(self, x, *, training: bool = False):
        return self.encoder(x, training=training)

    # ------------------------------------------------------------------ losses

    @reports("loss", "distortion", "code_norm", "penalty")
    def loss_terms(self, x, training):
        z = self.code(x, training=training)
        distortion = -batch_mean(self.observation(z, training=training).log_prob(x))
        code_norm = batch_mean(half_squared_error(z, ops.zeros_like(z)))
        penalty = self._weight_penalty() if self.regularizer == "l2" else self._gradient_penalty(x, z, training)
        return {
            "loss": distortion + self.beta * code_norm + self.regularization * penalty,
            "distortion": distortion,
            "code_norm": code_norm,
            "penalty": penalty,
        }

    def _weight_penalty(self):
        """Return the sum of the squares of all trainable weights of the decoder."""
        return sum(ops.sum(ops.square(variable)) for variable in self.decoder.trainable_variables)

    def _gradient_penalty(self, x, z, training):
        """Return an unbiased estimate of the mean of |∂D(z)/∂z|²."""
        v = keras.random.normal(ops.shape(x), dtype=x.dtype, seed=self.seed_generator)

        def projection(z):
            image = self.likelihood(stateless(self.decoder, z, training)).mean
            return v * ops.cast(image, v.dtype)

        return batch_mean(squared_gradient(projection, z))
