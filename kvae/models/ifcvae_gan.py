"""Adversarial information factorization: IFCVAE-GAN (Creswell, Mohamied, Sengupta and Bharath 2017)."""

import keras
from keras import ops

from kvae.distributions import Distribution, sample_with_kl
from kvae.distributions.checks import check_weight
from kvae.models.base import LabelledModel
from kvae.models.base.averaging import AveragedDecoder
from kvae.models.base.factors import layers_of, stateless
from kvae.objectives import (
    batch_mean,
    discriminator_fake_loss,
    discriminator_real_loss,
    generator_loss,
    label_information,
    r1_penalty,
)
from kvae.training import Phase, reports

PLAYERS = ("loss", "label", "adversary", "discriminator")


@keras.saving.register_keras_serializable("kvae")
class IFCVAEGAN(AveragedDecoder, LabelledModel):
    """IFCVAE-GAN: a conditional VAE with an adversary that keeps y out of z, and a GAN that sharpens its images.

        p(x, z|y) = p(x|z, y) p(z)        q(z|x) and the classifier ŷ(y|x) from one encoder

    Four players train simultaneously, from one forward pass. x̂ is the reconstruction, and x_p an image decoded from
    the prior with the same labels. With the adversary a(y|z) and the discriminator D, encoder and decoder minimise

        loss = β_d·distortion + β_r·rate − β_l·E log ŷ(y|x̂) + β_i·E log a(y|z) − β_f·½ E[log D(x̂) + log D(x_p)]

    in nats. The label head minimises −E log ŷ(y|x) and does not update the encoder's features. The adversary minimises
    −E log a(y|z). The discriminator minimises −E log D(x) − ½ E[log(1 − D(x̂)) + log(1 − D(x_p))] (Creswell et al.
    2017, section 3 and the authors' code).

    The published term E log a(y|z) has no lower bound: it falls without end where a is certain and wrong. With
    `base_rate` it is KL(base rate ‖ a(y|z)), as in `CSVAE`, which is least for an uninformed adversary.

    No term of the published loss classifies prior samples x_p. With `label_samples` the term of β_l becomes
    −½ E[log ŷ(y|x̂) + log ŷ(y|x_p)]. Encoder and decoder can also minimise this term by a pattern in the image that
    only this encoder recognises. `fixed_classifier` prevents it: the encoder is frozen, in inference mode, while it
    classifies generated images, so that the gradient of the term reaches the weights only through the images.

    Args:
        encoder: network x -> [the parameters of q(z|x), by default (B, 2D), features (B, F)].
        label_head: network features (B, F) -> logits of y (B, A).
        decoder: network [z, y] (B, D + A), concatenated -> the parameters of p(x|z, y).
        adversary: network z (B, D) -> logits of y (B, A).
        discriminator: network x -> logit of "real" (B, 1).
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        likelihood: a name or a `Likelihood`.
        beta_distortion, beta_rate, beta_label, beta_information, beta_realism: β_d, β_r, β_l, β_i, β_f;
            variables, which callbacks may anneal.
        base_rate: the frequencies of the labels (A,), or None for the published term.
        label_samples: True to classify prior samples too; False for the published loss.
        fixed_classifier: True to freeze the encoder while it classifies generated images; False for the published loss.
        r1: weight of the penalty R1 in the discriminator's loss, as in `VAEGAN`; 0 for none.
        averaging: m of the averaged weights of the decoder (`AveragedDecoder`), such as 0.999; None for none.
        posterior: the family of q(z|x); None for `DiagonalNormal`.
        prior: the family of p(z); None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.distributions import BinaryLabels
        >>> from kvae.networks import creswell_decoder, creswell_discriminator, creswell_encoder, mlp
        >>> encoder = creswell_encoder((16, 16, 3), 4, 8)
        >>> head = mlp(encoder.output_shape[1][-1], 1)
        >>> decoder, discriminator = creswell_decoder(2 + 1, (16, 16, 3), 8), creswell_discriminator((16, 16, 3), 8)
        >>> model = IFCVAEGAN(encoder, head, decoder, mlp(2, 1), discriminator, BinaryLabels(1))
        >>> model.sample(4, y=1, seed=0).shape
        (4, 16, 16, 3)
    """

    posterior_takes_labels = False

    def __init__(
        self,
        encoder,
        label_head,
        decoder,
        adversary,
        discriminator,
        labels,
        likelihood="bernoulli",
        beta_distortion=1.0,
        beta_rate=1.0,
        beta_label=1.0,
        beta_information=1.0,
        beta_realism=1.0,
        base_rate=None,
        label_samples=False,
        fixed_classifier=False,
        r1=0.0,
        averaging=None,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(labels, likelihood, posterior, prior, seed, **kwargs)
        self.encoder = encoder
        self.label_head = label_head
        self.decoder = decoder
        self.adversary = adversary
        self.discriminator = discriminator
        self.check_networks()
        self.beta_distortion = self.add_scalar("beta_distortion", beta_distortion)
        self.beta_rate = self.add_scalar("beta_rate", beta_rate)
        self.beta_label = self.add_scalar("beta_label", beta_label)
        self.beta_information = self.add_scalar("beta_information", beta_information)
        self.beta_realism = self.add_scalar("beta_realism", beta_realism)
        self.base_rate = None if base_rate is None else self.labels.check_base_rate(base_rate)
        self.label_samples, self.fixed_classifier = label_samples, fixed_classifier
        check_weight(r1, "r1")
        self.r1 = r1
        self.average_decoder(averaging)

    def check_networks(self):
        labels, (_, features) = (self.labels.units,), self.encoder.output_shape
        outputs = [self.posterior_family.outputs(self.latent_shape), features[1:]]
        self.check_decoder()
        self.check_network("encoder", self.encoder, outputs, self.data_shape)
        self.check_network("label_head", self.label_head, labels, features[1:])
        self.check_network("adversary", self.adversary, labels, self.latent_shape)
        self.check_network("discriminator", self.discriminator, (1,), self.data_shape)
        self.prior_family.check(self.latent_shape, self.data_shape)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, y=None, training: bool = False) -> Distribution:
        """Return q(z|x), over (B, D); y is not used."""
        return self.posterior_family(self.encoder(x, training=training)[0], training)

    # ------------------------------------------------------------------ losses

    @reports(*PLAYERS, "rate", "distortion", "elbo", "generated_label", "information", "realism")
    def loss_terms(self, data, training):
        x, y = data
        h, features = self.encoder(x, training=training)
        z, rate = sample_with_kl(self.posterior_family(h, training), self.prior(y), self.seed_generator)  # (B, D), (B,)
        z_p = self.prior(y).sample(self.seed_generator)
        px = self.observation(ops.stack([z, z_p]), y, training=training)  # (2, B, D) -> over (2, B, …)
        x_hat, x_p = ops.unstack(px.mean, 2)
        images = ops.concatenate([ops.cast(x, x_hat.dtype), x_hat, x_p])  # (3 · B, …)
        real, fake_hat, fake_p = ops.split(self.discriminator(images, training=training), 3)
        logits_z = self.adversary(z, training=training)
        logits_x = self.label_head(ops.stop_gradient(features), training=training)
        classified = [x_hat, x_p] if self.label_samples else [x_hat]
        generated_features = self._generated_features(ops.concatenate(classified), training)
        logits_generated = self.label_head(generated_features, training=training)

        rate = batch_mean(rate)
        distortion = -batch_mean(px.log_prob(x)[0])
        generated_label = -batch_mean(self.labels.log_prob(ops.concatenate([y] * len(classified)), logits_generated))
        adversary = -batch_mean(self.labels.log_prob(y, logits_z))
        information = -adversary
        if self.base_rate is not None:
            information = label_information(self.labels, logits_z, self.base_rate)
        realism = (generator_loss(fake_hat) + generator_loss(fake_p)) / 2
        fake = (discriminator_fake_loss(fake_hat) + discriminator_fake_loss(fake_p)) / 2
        discriminator = discriminator_real_loss(real) + fake
        return {
            "loss": self.beta_distortion * distortion
            + self.beta_rate * rate
            + self.beta_label * generated_label
            + self.beta_information * information
            + self.beta_realism * realism,
            "label": -batch_mean(self.labels.log_prob(y, logits_x)),
            "adversary": adversary,
            "discriminator": discriminator + self._penalty(x, training) if self.r1 else discriminator,
            "rate": rate,
            "distortion": distortion,
            "elbo": -distortion - rate,
            "generated_label": generated_label,
            "information": information,
            "realism": realism,
        }

    def _penalty(self, x, training):
        """Return R1 of the logits of real images, times its weight."""

        def logits(x):
            return stateless(self.discriminator, x, training)

        return self.r1 * r1_penalty(logits, x)

    def _generated_features(self, x, training):
        """Return the features of generated images, from which ŷ predicts their labels."""
        if not self.fixed_classifier:
            return self.encoder(x, training=training)[1]
        return stateless(self.encoder, x, frozen=True)[1]

    # ------------------------------------------------------------------ phases

    def phases(self):
        over = {
            "loss": [self.encoder, self.decoder, *layers_of(self.posterior_family, self.prior_family)],
            "label": [self.label_head],
            "adversary": [self.adversary],
            "discriminator": [self.discriminator],
        }
        return (Phase(self.loss_terms, over=over),)
