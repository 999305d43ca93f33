"""Variational autoencoder (Kingma and Welling 2014)."""

import keras

from kvae.distributions import likelihoods, standard_normal
from kvae.models.base.latent import LatentModel, gaussian, observe
from kvae.objectives import negative_elbo
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class VAE(LatentModel):
    """Variational autoencoder: q(z|x) = N(μ(x), σ(x)²), p(z) = N(0, 1), any likelihood p(x|z).

        log p(x) ≥ elbo = E_q(z|x)[log p(x|z)] − KL(q(z|x) ‖ p(z))
        loss = distortion + β · rate

    in nats, summed over pixels and latent units, averaged over the batch (Kingma and Welling 2014, eq. 3; β: Higgins
    et al. 2017). β = 1 is the bound on log p(x). A source that averages its error over the pixels sets a β as large as
    the number of pixels in these units.

    Args:
        encoder: net x (B, …) -> (B, 2D): the mean and log σ of q(z|x).
        decoder: net z (B, D) -> parameters of p(x|z).
        likelihood: a name or a `Likelihood`; it also fixes which data are accepted.
        beta: weight of the rate; a variable (`model.beta`), which a callback may anneal.
        free_bits: nats per latent unit that cost nothing.
        seed: of the posterior samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
            A `.keras` file holds the seed and not how far it has been used; a checkpoint of a run holds both.
    """

    def __init__(self, encoder, decoder, likelihood="bernoulli", beta=1.0, free_bits=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.likelihood = likelihoods.get(likelihood)
        self.check_nets(codes=2)
        self.beta = self.add_scalar("beta", beta)
        self.free_bits = free_bits
        self.seed = seed
        self.noise = keras.random.SeedGenerator(seed)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, training=False):
        return gaussian(self.encoder(x, training=training))

    def prior(self):
        return standard_normal(self.latent_shape)

    def observation(self, z, training=False):
        return observe(self.likelihood, self.decoder, z, training)

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def free_energy(self, x, training):
        qz = self.posterior(x, training)
        px = self.observation(qz.sample(self.noise), training)
        return negative_elbo(x, qz, self.prior(), px, self.beta, self.free_bits)

    # ------------------------------------------------------------------ phases

    def phases(self):
        return (Phase(self.free_energy, over={"loss": [self.encoder, self.decoder]}),)
