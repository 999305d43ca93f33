"""What models with one or two layers of latent units share: their factors, and the weights of posterior samples."""

import keras
from keras import ops

from kvae.distributions import likelihoods, standard_normal
from kvae.errors import UserError
from kvae.models.latent import LatentModel, gaussian


class StochasticLayers(LatentModel):
    """One layer of latent units z, or two, with u above z (Burda et al. 2016, eq. 1 and 2):

        q(z, u|x) = q(z|x) q(u|z)        p(x, z, u) = p(u) p(z|u) p(x|z),   p(u) = N(0, 1)

    all Gaussian in z and u with diagonal covariance. Without the upper nets there is no u, and p(z) = N(0, 1).
    Abstract: a subclass says what it makes of the log-weights of K samples.
    """

    def __init__(self, encoder, decoder, upper_encoder, upper_decoder, likelihood, samples, seed, **kwargs):
        super().__init__(**kwargs)
        if (upper_encoder is None) != (upper_decoder is None):
            raise UserError("Expected both upper nets, or neither. Received: one of upper_encoder and upper_decoder.")
        if samples < 1:
            raise UserError(f"Expected at least one sample of the posterior. Received: samples={samples}.")
        self.encoder, self.decoder = encoder, decoder
        self.upper_encoder, self.upper_decoder = upper_encoder, upper_decoder
        self.likelihood = likelihoods.get(likelihood)
        self.samples, self.seed = samples, seed
        self.noise = keras.random.SeedGenerator(seed)
        self.check_nets(codes=2)

    @property
    def inference_nets(self):
        return [net for net in (self.encoder, self.upper_encoder) if net is not None]

    @property
    def generative_nets(self):
        return [net for net in (self.decoder, self.upper_decoder) if net is not None]

    # ------------------------------------------------------------------ factors

    def posterior(self, x, training=False):
        """q(z|x)."""
        return gaussian(self.encoder(x, training=training))

    def prior(self):
        """The prior of the top layer: p(z), or p(u)."""
        top = self.decoder if self.upper_decoder is None else self.upper_decoder
        return standard_normal(tuple(top.input_shape[1:]))

    def observation(self, z, training=False):
        return self.likelihood(self.decoder(z, training=training))

    def draw(self, noise, n, temperature=1.0):
        top = super().draw(noise, n, temperature)
        return top if self.upper_decoder is None else gaussian(self.upper_decoder(top)).sample(noise)

    def log_weights(self, x, noise, samples, training=False):
        if self.upper_encoder is None:
            return super().log_weights(x, noise, samples, training)
        qz = self.posterior(x, training)
        z = qz.sample(noise, (samples,))  # (K, B, D)
        below = ops.reshape(z, (-1, z.shape[-1]))  # (K·B, D)
        qu = gaussian(self.upper_encoder(below, training=training))
        u = qu.sample(noise)  # (K·B, E)
        pz = gaussian(self.upper_decoder(u, training=training))
        upper = self.prior().log_prob(u) + pz.log_prob(below) - qu.log_prob(u)  # (K·B,)
        return self.log_likelihood(x, z, training) - qz.log_prob(z) + ops.reshape(upper, (samples, -1))
