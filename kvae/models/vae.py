"""Variational autoencoder (Kingma and Welling 2014)."""

import keras

from kvae.capabilities import UNIT_KL
from kvae.distributions import kl_per_unit, sample_with_kl
from kvae.errors import UserError
from kvae.models.base import VariationalModel
from kvae.objectives import free_bits_penalty, negative_elbo
from kvae.training import reports


@keras.saving.register_keras_serializable("kvae")
class VAE(VariationalModel):
    """Variational autoencoder with any posterior q(z|x), prior p(z) and likelihood p(x|z).

        log p(x) ≥ elbo = E_q(z|x)[log p(x|z)] − KL(q(z|x) ‖ p(z))
        loss = distortion + β · rate

    in nats, summed over pixels and latent units, averaged over the batch (Kingma and Welling 2014, eq. 3; β: Higgins et
    al. 2017). With β = 1 the loss is the negative bound on log p(x). For a source that averages its error or its
    rate, `kvae.zoo.beta_of` converts the weight to β.

    Args:
        encoder: network x (B, …) -> the parameters of q(z|x): for the default posterior (B, 2D), the means and log σ.
        decoder: network z (B, D) -> the parameters of p(x|z).
        likelihood: a name or a `Likelihood`; it also decides which data are accepted.
        beta: weight of the rate; a variable (`model.beta`), which a callback may anneal.
        free_bits: λ, in nats. The rate of a latent unit costs λ in the loss even if it is smaller (Kingma et al. 2016,
            eq. 15).
        posterior: a `Posterior`, its name, or None for `DiagonalNormal`.
        prior: a `Prior`, or None for `StandardNormal`.
        seed: seed of the posterior samples drawn in training. None draws a seed, which `keras.utils.set_random_seed`
            fixes. A `.keras` file holds the seed, a checkpoint of a run also the state of the seed generator.

    Example:
        >>> from kvae.networks import mlp
        >>> model = VAE(mlp((8, 8, 1), 4), mlp(2, (8, 8, 1)))
        >>> model.compile("adam")
        >>> history = model.fit(np.zeros((16, 8, 8, 1)), verbose=0)
        >>> model.sample(3, seed=0).shape
        (3, 8, 8, 1)
    """

    def __init__(
        self,
        encoder,
        decoder,
        likelihood="bernoulli",
        beta=1.0,
        free_bits=0.0,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.check_networks()
        self.beta = self.add_scalar("beta", beta)
        if free_bits and UNIT_KL not in self.capabilities:
            raise UserError(
                "Expected, for free bits, a posterior and a prior whose KL has a closed form for each latent unit. "
                f"Received: free_bits={free_bits} with {type(self.posterior_family).__name__} and "
                f"{type(self.prior_family).__name__}. Set free_bits=0."
            )
        self.free_bits = free_bits

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate", "distortion", "elbo")
    def loss_terms(self, x, training):
        qz, pz = self.posterior(x, training=training), self.prior()  # q(z|x), p(z)
        z, rate = sample_with_kl(qz, pz, self.seed_generator)  # (B, *latent), (B,)
        px = self.observation(z, training=training)  # p(x|z)
        penalty = free_bits_penalty(kl_per_unit(qz, pz), self.free_bits) if self.free_bits else None
        return negative_elbo(px.log_prob(x), rate, self.beta, penalty)
