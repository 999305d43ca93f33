"""Conditional variational autoencoder (Kingma et al. 2014; Sohn et al. 2015)."""

import keras

from kvae.distributions import labels as labels_
from kvae.distributions import likelihoods
from kvae.models.base.labelled import LabelledModel, concat_condition, conditioned, standard_prior
from kvae.models.base.latent import gaussian, observe
from kvae.objectives import negative_elbo
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class CondVAE(LabelledModel):
    """Conditional VAE: the VAE of x given labels y, which encoder and decoder both see.

        log p(x|y) ≥ elbo = E_q(z|x,y)[log p(x|z, y)] − KL(q(z|x, y) ‖ p(z)),   p(z) = N(0, 1)
        loss = distortion + β · rate

    in nats (Sohn et al. 2015, eq. 4, with a prior that does not depend on y). Nothing keeps y out of z: the decoder may
    read it from either.

    Args:
        encoder: net (x (B, …), y (B, A)) -> (B, 2D): the mean and log σ of q(z|x, y).
        decoder: net (z, y) (B, D + A), side by side -> parameters of p(x|z, y).
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        likelihood: a name or a `Likelihood`.
        beta: weight of the rate; a variable, which a callback may anneal.
        seed: of the posterior samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
    """

    def __init__(self, encoder, decoder, labels, likelihood="bernoulli", beta=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.labels = labels_.get(labels)
        self.likelihood = likelihoods.get(likelihood)
        self.check_nets(codes=2)
        self.check_net("encoder", (2 * self.latent_shape[-1],), self.seen)
        self.beta = self.add_scalar("beta", beta)
        self.seed = seed
        self.noise = keras.random.SeedGenerator(seed)

    @property
    def latent_shape(self):
        return (self.decoder.input_shape[-1] - self.labels.units,)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, y, training=False):
        return gaussian(self.encoder(conditioned(x, self.labels, y), training=training))

    def prior(self, y):
        return standard_prior(self.latent_shape, y)

    def observation(self, z, y, training=False):
        return observe(self.likelihood, self.decoder, concat_condition(z, self.labels, y), training)

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def free_energy(self, data, training):
        x, y = data
        qz = self.posterior(x, y, training)
        px = self.observation(qz.sample(self.noise), y, training)
        return negative_elbo(x, qz, self.prior(y), px, self.beta)

    # ------------------------------------------------------------------ phases

    def phases(self):
        return (Phase(self.free_energy, over={"loss": [self.encoder, self.decoder]}),)
