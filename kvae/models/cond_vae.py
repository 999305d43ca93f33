"""Conditional variational autoencoder (Kingma et al. 2014; Sohn et al. 2015)."""

import keras

from kvae.distributions import sample_with_kl
from kvae.models.base import LabelledModel
from kvae.objectives import negative_elbo
from kvae.training import reports


@keras.saving.register_keras_serializable("kvae")
class CondVAE(LabelledModel):
    """Conditional VAE: the VAE of x given labels y, which condition the encoder and the decoder.

        log p(x|y) ≥ elbo = E_q(z|x,y)[log p(x|z, y)] − KL(q(z|x, y) ‖ p(z))
        loss = distortion + β · rate

    in nats (Sohn et al. 2015, eq. 4, with a prior that does not depend on y). No term keeps information
    about y out of z, so the decoder may take it from z or from y.

    Args:
        encoder: network [x (B, …), y (B, A)] -> the parameters of q(z|x, y), by default (B, 2D).
        decoder: network [z, y] (B, D + A), concatenated -> the parameters of p(x|z, y).
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        likelihood: a name or a `Likelihood`.
        beta: β, the weight of the rate; a variable, which a callback may anneal.
        posterior: a `Posterior`, its name, or None for `DiagonalNormal`.
        prior: a `Prior`, or None for `StandardNormal`.
        seed: seed of the posterior samples drawn in training. None draws a seed, which `keras.utils.set_random_seed`
            fixes.

    Example:
        >>> from kvae.distributions import ClassLabels
        >>> from kvae.networks import mlp
        >>> model = CondVAE(mlp((8, 8, 1), 4, label_units=3), mlp(2 + 3, (8, 8, 1)), ClassLabels(3))
        >>> model.sample(4, y=2, seed=0).shape
        (4, 8, 8, 1)
    """

    def __init__(
        self,
        encoder,
        decoder,
        labels,
        likelihood="bernoulli",
        beta=1.0,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(labels, likelihood, posterior, prior, seed, **kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.check_networks()
        self.beta = self.add_scalar("beta", beta)

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def loss_terms(self, data, training):
        x, y = data
        qz, pz = self.posterior(x, y, training=training), self.prior(y)  # q(z|x, y), p(z)
        z, rate = sample_with_kl(qz, pz, self.seed_generator)  # (B, *latent), (B,)
        px = self.observation(z, y, training=training)  # p(x|z, y)
        return negative_elbo(px.log_prob(x), rate, self.beta)
