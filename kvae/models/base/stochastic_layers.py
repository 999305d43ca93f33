"""What models with one or two layers of latent units share: their factors, and the weights of posterior samples."""

import keras
from keras import ops

from kvae.capabilities import UNIT_KL
from kvae.distributions import likelihoods, standard_normal
from kvae.errors import UserError
from kvae.models.base.latent import LatentModel, gaussian, observe


class StochasticLayers(LatentModel):
    """One layer of latent units z, or two, with u above z (Burda et al. 2016, eq. 1 and 2):

        q(z, u|x) = q(z|x) q(u|z)        p(x, z, u) = p(u) p(z|u) p(x|z),   p(u) = N(0, 1)

    all Gaussian in z and u with diagonal covariance. Without the upper nets there is no u, and p(z) = N(0, 1).
    Abstract: a subclass says what it makes of the log-weights of K samples.
    """

    def __init__(
        self,
        encoder,
        decoder,
        upper_encoder=None,
        upper_decoder=None,
        likelihood="bernoulli",
        samples=1,
        seed=None,
        **kwargs,
    ):
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
    def capabilities(self):
        return super().capabilities - ({UNIT_KL} if self.latent_layers > 1 else set())

    @property
    def latent_layers(self):
        return 1 if self.upper_encoder is None else 2

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
        top = self.decoder if self.latent_layers == 1 else self.upper_decoder
        return standard_normal(tuple(top.input_shape[1:]))

    def observation(self, z, training=False):
        return observe(self.likelihood, self.decoder, z, training)

    def draw(self, noise, n, temperature=1.0):
        top = super().draw(noise, n, temperature=temperature)
        return top if self.latent_layers == 1 else gaussian(self.upper_decoder(top)).sample(noise)

    def importance_terms(self, x, *, noise, samples, training=False):
        if self.latent_layers == 1:
            return super().importance_terms(x, noise=noise, samples=samples, training=training)
        qz = self.posterior(x, training)
        z = qz.sample(noise, (samples,))  # (K, B, D)
        below = ops.reshape(z, (-1, z.shape[-1]))  # (K·B, D)
        qu = gaussian(self.upper_encoder(below, training=training))
        u = qu.sample(noise)  # (K·B, E)
        pz = gaussian(self.upper_decoder(u, training=training))
        above = self.prior().log_prob(u) + pz.log_prob(below) - qu.log_prob(u)  # (K·B,)
        return self.observation(z, training).log_prob(x), ops.reshape(above, (samples, -1)) - qz.log_prob(z)

    def rate_and_distortion(self, x, *, noise, samples=1):
        if self.latent_layers == 1:
            return super().rate_and_distortion(x, noise=noise, samples=samples)
        log_px, log_ratio = self.importance_terms(x, noise=noise, samples=samples)  # (K, B)
        return -ops.mean(log_ratio, axis=0), -ops.mean(log_px, axis=0)
