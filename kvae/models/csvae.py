"""Conditional subspace variational autoencoder (Klys, Snell and Zemel 2018)."""

import keras
from keras import ops

from kvae.distributions import Normal, kl, likelihoods, standard_normal
from kvae.distributions import labels as labels_
from kvae.errors import UserError
from kvae.models.base.labelled import LabelledModel
from kvae.models.base.latent import gaussian, observe
from kvae.objectives import batch_mean
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class CSVAE(LabelledModel):
    """Conditional subspace VAE: what the labels say goes into w, everything else into z.

        p(x, w, z|y) = p(x|w, z) p(w|y) p(z)        q(w, z|x, y) = q(w|x, y) q(z|x)

    An adversary δ answers q(y|z). Encoders, decoder and the prior of w minimise

        loss = β1·distortion + β2·KL(q(w|x, y) ‖ p(w|y)) + β3·KL(q(z|x) ‖ p(z)) + β4·E Σ_y q(y|z) log q(y|z)

    whose last term rewards z for an adversary that is uncertain, while the adversary minimises −β5·E log q(y|z) (Klys et
    al. 2018, eq. 9 and 10). Both from one forward pass; each moves its own nets alone. In nats. With `adversary_turns` above
    1 the adversary first learns in turns of its own: z is safe from it only where it answers as well as it can.

    The entropy term pulls the adversary's answers towards one half. Where a label is rare that is not the answer of an
    adversary which knows nothing: with `base_rate` given, the term is KL(base rate ‖ q(y|z)) in its place.

    The code is z and w side by side, z first; as a whole it has the ELBO and the likelihood of a VAE of x given y.

    Args:
        encoder: net x (B, …) -> (B, 2Dz): q(z|x).
        label_encoder: net (x, y (B, A)) -> (B, 2Dw): q(w|x, y).
        label_prior: net y (B, A) -> (B, 2Dw): p(w|y); learnt with the others where it has weights.
        decoder: net (z, w) (B, Dz + Dw), side by side -> parameters of p(x|w, z).
        adversary: net z (B, Dz) -> logits (B, A); None leaves it and its term out.
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        likelihood: a name or a `Likelihood`.
        beta_distortion, beta_w, beta_z, beta_information, beta_adversary: β1 … β5; variables.
        base_rate: the labels' frequencies (A,), or None for the published term.
        adversary_turns: steps of the adversary in a round.
        seed: of the posterior samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
    """

    decodes_without_labels = True  # by w

    def __init__(
        self,
        encoder,
        label_encoder,
        label_prior,
        decoder,
        adversary,
        labels,
        likelihood="bernoulli",
        beta_distortion=1.0,
        beta_w=1.0,
        beta_z=1.0,
        beta_information=1.0,
        beta_adversary=1.0,
        base_rate=None,
        adversary_turns=1,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.encoder, self.label_encoder, self.label_prior = encoder, label_encoder, label_prior
        self.decoder, self.adversary = decoder, adversary
        self.labels = labels_.get(labels)
        self.likelihood = likelihoods.get(likelihood)
        self.check_nets(codes=2)
        self.beta_distortion = self.add_scalar("beta_distortion", beta_distortion)
        self.beta_w = self.add_scalar("beta_w", beta_w)
        self.beta_z = self.add_scalar("beta_z", beta_z)
        self.beta_information = self.add_scalar("beta_information", beta_information)
        self.beta_adversary = self.add_scalar("beta_adversary", beta_adversary)
        self.base_rate = None if base_rate is None else self.labels.check_rates(base_rate)
        self.adversary_turns = adversary_turns
        self.seed = seed
        self.noise = keras.random.SeedGenerator(seed)

    def check_nets(self, codes):
        *sides, channels = self.data_shape
        labels, units_w = (self.labels.units,), self.latent_shape[-1] - self.units_z  # what the decoder takes beside z
        if units_w < 1:
            raise UserError(
                f"Expected a decoder that takes w beside the encoder's {self.units_z} units of z. "
                f"Received: one that takes {self.latent_shape[-1]} units in all."
            )
        self.check_net("decoder", (*sides, channels * self.likelihood.outputs))
        self.check_net("encoder", (codes * self.units_z,))
        self.check_net("label_encoder", (codes * units_w,), self.seen)
        self.check_net("label_prior", (codes * units_w,), labels)
        if self.adversary is not None:
            self.check_net("adversary", labels, (self.units_z,))

    # ------------------------------------------------------------------ factors

    def posterior_z(self, x, training=False):
        return gaussian(self.encoder(x, training=training))

    def posterior_w(self, x, y, training=False):
        return gaussian(self.label_encoder([x, self.labels.encode(y)], training=training))

    def prior_w(self, y, training=False):
        return gaussian(self.label_prior(self.labels.encode(y), training=training))

    def posterior(self, x, y, training=False):
        return _beside(self.posterior_z(x, training), self.posterior_w(x, y, training))

    def prior(self, y):
        w = self.prior_w(y)
        zeros = ops.zeros((ops.shape(w.loc)[0], self.units_z))
        return _beside(Normal(zeros, zeros), w)

    def observation(self, z, *given, training=False):
        return observe(self.likelihood, self.decoder, z, training)

    @property
    def units_z(self):
        return self.encoder.output_shape[-1] // 2

    @property
    def parts(self):
        return {"z": slice(self.units_z), "w": slice(self.units_z, None)}

    def relabel(self, z, y):
        return ops.concatenate([z[..., : self.units_z], self.prior_w(y).mean], axis=-1)

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate_z", "rate_w", "distortion", "elbo")
    def free_energy(self, data, training):
        return self._terms(data, training)[0]

    @reports("loss", "adversary", "rate_z", "rate_w", "distortion", "information", "elbo")
    def contest(self, data, training):
        terms, z = self._terms(data, training)
        answer = self.adversary(z, training=training)
        if self.base_rate is None:
            information = batch_mean(self.labels.negative_entropy(answer))
        else:
            information = batch_mean(self.labels.divergence(self.base_rate, answer))
        return {
            **terms,
            "loss": terms["loss"] + self.beta_information * information,
            "information": information,
            "adversary": -self.beta_adversary * batch_mean(self.labels.log_prob(data[1], answer)),
        }

    @reports("adversary")
    def guess(self, data, training):
        x, y = data
        z = self.posterior_z(x).sample(self.noise)  # the encoder is looked at, and moves in nothing
        return {
            "adversary": -self.beta_adversary
            * batch_mean(self.labels.log_prob(y, self.adversary(z, training=training)))
        }

    def _terms(self, data, training):
        """The terms without the adversary's, and the z that they are of."""
        x, y = data
        qz, qw = self.posterior_z(x, training), self.posterior_w(x, y, training)
        z, w = qz.sample(self.noise), qw.sample(self.noise)
        px = self.observation(ops.concatenate([z, w], axis=-1), training=training)
        distortion = -batch_mean(px.log_prob(x))
        rate_z = batch_mean(kl(qz, standard_normal()))
        rate_w = batch_mean(kl(qw, self.prior_w(y, training)))
        return {
            "loss": self.beta_distortion * distortion + self.beta_w * rate_w + self.beta_z * rate_z,
            "rate_z": rate_z,
            "rate_w": rate_w,
            "distortion": distortion,
            "elbo": -distortion - rate_z - rate_w,
        }, z

    # ------------------------------------------------------------------ phases

    def phases(self):
        ours = [self.encoder, self.label_encoder, self.label_prior, self.decoder]
        if self.adversary is None:
            return (Phase(self.free_energy, over={"loss": ours}),)
        turn = Phase(self.guess, over={"adversary": [self.adversary]})
        both = Phase(self.contest, over={"loss": ours, "adversary": [self.adversary]})
        return (*[turn] * (self.adversary_turns - 1), both)


def _beside(a: Normal, b: Normal) -> Normal:
    """The normal distribution of two vectors, side by side."""
    a_scale, b_scale = a.log_scale + ops.zeros_like(a.loc), b.log_scale + ops.zeros_like(b.loc)
    return Normal(ops.concatenate([a.loc, b.loc], axis=-1), ops.concatenate([a_scale, b_scale], axis=-1))
