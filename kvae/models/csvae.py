"""Conditional subspace variational autoencoder (Klys, Snell and Zemel 2018)."""

import keras
from keras import ops

from kvae.distributions import DiagonalNormal, Distribution, Normal, sample_with_kl
from kvae.distributions.joint import join
from kvae.errors import UserError
from kvae.models.base import LabelledModel
from kvae.models.base.factors import layers_of
from kvae.objectives import batch_mean, label_information
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class CSVAE(LabelledModel):
    """Conditional subspace VAE: a part w of the latent code represents the labels, and z everything else.

        p(x, w, z|y) = p(x|w, z) p(w|y) p(z)        q(w, z|x, y) = q(w|x, y) q(z|x)

    An adversary predicts the labels from z, as q(y|z). Encoders, decoder and the prior of w minimise

        loss = β1·distortion + β2·KL(q(w|x, y) ‖ p(w|y)) + β3·KL(q(z|x) ‖ p(z)) + β4·E Σ_y q(y|z) log q(y|z)

    in nats. The last term is least if z leaves the adversary uncertain. The adversary minimises −β5·E log q(y|z) (Klys
    et al. 2018, eq. 9 and 10). Both losses come from one forward pass. If `adversary_turns` is above 1, the adversary
    first trains in further phases without the others, because only a well trained adversary shows which labels z
    reveals.

    The last term pulls the adversary's predictions towards one half. An uninformed adversary predicts the frequency of
    a label, which is not one half for a rare label. With `base_rate` the term is therefore β4·KL(base rate ‖ q(y|z)).

    The latent code is [z, w]. It has the ELBO and the likelihood of a VAE of x given y.

    Args:
        encoder: network x (B, …) -> the parameters of q(z|x), by default (B, 2Dz).
        label_encoder: network [x, y (B, A)] -> means and log σ of q(w|x, y), (B, 2Dw).
        label_prior: network y (B, A) -> means and log σ of p(w|y), (B, 2Dw). Its trainable weights, if it has any, are
            trained with those of the encoders and the decoder.
        decoder: network [z, w] (B, Dz + Dw), concatenated -> the parameters of p(x|w, z).
        adversary: network z (B, Dz) -> logits (B, A); None for a model without adversary.
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        likelihood: a name or a `Likelihood`.
        beta_distortion, beta_w, beta_z, beta_information, beta_adversary: β1 … β5; variables, which callbacks may
            anneal.
        base_rate: the frequencies of the labels (A,), or None for the term of the paper.
        adversary_turns: number of steps of the adversary in a round.
        posterior: the family of q(z|x); None for `DiagonalNormal`.
        prior: the family of p(z); None for `StandardNormal`.
        seed: seed of the posterior samples drawn in training. None draws a seed, which `keras.utils.set_random_seed`
            fixes.

    Example:
        >>> from kvae.distributions import BinaryLabels
        >>> from kvae.networks import mlp
        >>> encoder, label_encoder = mlp((8, 8, 1), 4), mlp((8, 8, 1), 2, label_units=1)
        >>> model = CSVAE(encoder, label_encoder, mlp(1, 2), mlp(3, (8, 8, 1)), mlp(2, 1), BinaryLabels(1))
        >>> model.parts
        {'z': slice(None, 2, None), 'w': slice(2, None, None)}
    """

    decodes_without_labels = True  # w represents the labels
    posterior_takes_labels = False  # q(z|x), of which a prior may be made, does not depend on y

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
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(labels, likelihood, posterior, prior, seed, **kwargs)
        self.encoder = encoder
        self.label_encoder = label_encoder
        self.label_prior = label_prior
        self.decoder = decoder
        self.adversary = adversary
        self.check_networks()
        self.beta_distortion = self.add_scalar("beta_distortion", beta_distortion)
        self.beta_w = self.add_scalar("beta_w", beta_w)
        self.beta_z = self.add_scalar("beta_z", beta_z)
        self.beta_information = self.add_scalar("beta_information", beta_information)
        self.beta_adversary = self.add_scalar("beta_adversary", beta_adversary)
        self.base_rate = None if base_rate is None else self.labels.check_base_rate(base_rate)
        self.adversary_turns = adversary_turns

    # ------------------------------------------------------------------ factors

    def posterior_z(self, x, training: bool = False) -> Distribution:
        """Return q(z|x), over (B, Dz)."""
        return self.posterior_family(self.encoder(x, training=training), training)

    def prior_z(self, batch: tuple = ()) -> Distribution:
        """Return p(z), over (*batch, Dz)."""
        return self.prior_family((self.units_z,), self.posterior_z, batch)

    def posterior_w(self, x, y, training: bool = False) -> Normal:
        """Return q(w|x, y), over (B, Dw)."""
        return DiagonalNormal()(self.label_encoder([x, self.labels.encode(y)], training=training))

    def prior_w(self, y, training: bool = False) -> Normal:
        """Return p(w|y), over (B, Dw)."""
        return DiagonalNormal()(self.label_prior(self.labels.encode(y), training=training))

    def posterior(self, x, y, training: bool = False) -> Distribution:
        return join(self.posterior_z(x, training), self.posterior_w(x, y, training))

    def prior(self, y) -> Distribution:
        w = self.prior_w(y)
        return join(self.prior_z((ops.shape(w.loc)[0],)), w)

    def relabel(self, z, y):
        """Return [z, E[w|y]]: the part w becomes the mean of p(w|y) for labels y."""
        return ops.concatenate([z[..., : self.units_z], self.prior_w(y).mean], axis=-1)

    def code_units(self, y):
        """Return 0 and 1 for z, and the mean and the standard deviation of p(w|y) for w."""
        w = self.prior_w(y)
        zeros = ops.zeros((ops.shape(y)[0], self.units_z))
        return ops.concatenate([zeros, w.mean], axis=-1), ops.concatenate([zeros + 1, w.stddev], axis=-1)

    # ------------------------------------------------------------------ shapes

    @property
    def units_z(self) -> int:
        """The number Dz of units of z."""
        return self.posterior_family.units(self.encoder.output_shape[-1])

    @property
    def parts(self):
        return {"z": slice(self.units_z), "w": slice(self.units_z, None)}

    def check_networks(self):
        labels, units_w = (self.labels.units,), self.latent_shape[-1] - self.units_z
        if units_w < 1:
            raise UserError(
                f"Expected a decoder that takes w in addition to the encoder's {self.units_z} units of z. "
                f"Received: one that takes {self.latent_shape[-1]} units in all."
            )
        self.check_decoder()
        self.check_network("encoder", self.encoder, self.posterior_family.outputs((self.units_z,)))
        self.check_network("label_encoder", self.label_encoder, (2 * units_w,), self.encoder_inputs)
        self.check_network("label_prior", self.label_prior, (2 * units_w,), labels)
        self.prior_family.check((self.units_z,), self.data_shape)
        if self.adversary is not None:
            self.check_network("adversary", self.adversary, labels, (self.units_z,))

    # ------------------------------------------------------------------ losses

    @reports("loss", "rate_z", "rate_w", "distortion", "elbo")
    def loss_terms(self, data, training):
        return self._terms_and_z(data, training)[0]

    @reports("loss", "adversary", "rate_z", "rate_w", "distortion", "information", "elbo")
    def adversarial_loss_terms(self, data, training):
        """Return the terms of the phase that trains all networks, with the adversary."""
        terms, z = self._terms_and_z(data, training)
        logits = self.adversary(z, training=training)
        information = label_information(self.labels, logits, self.base_rate)
        return {
            **terms,
            "loss": terms["loss"] + self.beta_information * information,
            "information": information,
            "adversary": -self.beta_adversary * batch_mean(self.labels.log_prob(data[1], logits)),
        }

    @reports("adversary")
    def adversary_loss(self, data, training):
        """Return the loss of the adversary in a phase that trains it alone."""
        x, y = data
        z = self.posterior_z(x).sample(self.seed_generator)  # inference only: this phase does not update the encoder
        log_prob = self.labels.log_prob(y, self.adversary(z, training=training))
        return {"adversary": -self.beta_adversary * batch_mean(log_prob)}

    def _terms_and_z(self, data, training):
        """Return the loss terms that do not involve the adversary, and the sample z that they were computed from."""
        x, y = data
        z, rate_z = sample_with_kl(self.posterior_z(x, training), self.prior_z(), self.seed_generator)  # (B, Dz), (B,)
        qw, pw = self.posterior_w(x, y, training), self.prior_w(y, training)
        w, rate_w = sample_with_kl(qw, pw, self.seed_generator)  # (B, Dw), (B,)
        px = self.observation(ops.concatenate([z, w], axis=-1), training=training)
        distortion, rate_z, rate_w = -batch_mean(px.log_prob(x)), batch_mean(rate_z), batch_mean(rate_w)
        terms = {
            "loss": self.beta_distortion * distortion + self.beta_w * rate_w + self.beta_z * rate_z,
            "rate_z": rate_z,
            "rate_w": rate_w,
            "distortion": distortion,
            "elbo": -distortion - rate_z - rate_w,
        }
        return terms, z

    # ------------------------------------------------------------------ phases

    def phases(self):
        networks = [self.encoder, self.label_encoder, self.label_prior, self.decoder]
        vae = [*networks, *layers_of(self.posterior_family, self.prior_family)]
        if self.adversary is None:
            return (Phase(self.loss_terms, over={"loss": vae}),)
        adversary_alone = Phase(self.adversary_loss, over={"adversary": [self.adversary]})
        simultaneous = Phase(self.adversarial_loss_terms, over={"loss": vae, "adversary": [self.adversary]})
        return (*[adversary_alone] * (self.adversary_turns - 1), simultaneous)
