"""Adversarial information factorization: IFCVAE-GAN (Creswell, Mohamied, Sengupta and Bharath 2017)."""

import keras
from keras import ops

from kvae.distributions import Normal, kl, likelihoods, standard_normal
from kvae.distributions import labels as labels_
from kvae.models.base.labelled import LabelledModel, concat_condition, standard_prior
from kvae.models.base.latent import gaussian, observe
from kvae.objectives import batch_mean, discriminator_fake_loss, generator_loss
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class IFCVAEGAN(LabelledModel):
    """IFCVAE-GAN: a conditional VAE whose z is kept free of y by an adversary, and whose pictures a GAN sharpens.

        p(x, z|y) = p(x|z, y) p(z)        q(z|x) and a guess ŷ(x) from one encoder

    Four players move simultaneously, from one forward pass. With x̂ the reconstruction and x_p a picture decoded from the
    prior with the same labels, encoder and decoder minimise

        loss = β_d·distortion + β_r·rate − β_l·E log ŷ(y|x̂) + β_i·E log a(y|z) − β_f·½ E[log D(x̂) + log D(x_p)]

    while the label head learns −E log ŷ(y|x) from features that it does not move, the adversary a −E log a(y|z), and the
    discriminator D to tell x from x̂ and x_p (Creswell et al. 2017, section 3 and the authors' code). In nats.

    The published term E log a(y|z) has no lower end where a is sure and wrong. With `base_rate` given it is
    KL(base rate ‖ a(y|z)), as in `CSVAE`: least for an adversary that knows nothing.

    In the published loss nothing asks that x_p show its labels: what decoder and z agree upon for pictures of the data need
    not hold for z of the prior. With `label_samples` the term of β_l is −½ E[log ŷ(y|x̂) + log ŷ(y|x_p)]. And encoder and
    decoder may agree upon signs of a label that nobody else would know. With `fixed_classifier` the encoder that reads what
    is drawn stands still, as at inference: that term moves weights only through the pictures.

    Args:
        encoder: net x -> [(B, 2D): q(z|x), features (B, F)].
        label_head: net features (B, F) -> logits of y (B, A).
        decoder: net z and y side by side (B, D + A) -> parameters of p(x|z, y).
        adversary: net z (B, D) -> logits of y (B, A).
        discriminator: net x -> logit of "real" (B, 1).
        labels: `BinaryLabels` or `ClassLabels`; A is its number of units.
        likelihood: a name or a `Likelihood`.
        beta_distortion, beta_rate, beta_label, beta_information, beta_realism: β_d, β_r, β_l, β_i, β_f; variables.
        base_rate: the labels' frequencies (A,), or None for the published term.
        label_samples: whether x_p, too, shall show its labels; False is published.
        fixed_judge: whether the encoder does not learn to see labels in what is drawn; False is published.
        seed: of the samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
    """

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
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.encoder, self.label_head, self.decoder = encoder, label_head, decoder
        self.adversary, self.discriminator = adversary, discriminator
        self.labels = labels_.get(labels)
        self.likelihood = likelihoods.get(likelihood)
        self.check_nets(codes=2)
        self.beta_distortion = self.add_scalar("beta_distortion", beta_distortion)
        self.beta_rate = self.add_scalar("beta_rate", beta_rate)
        self.beta_label = self.add_scalar("beta_label", beta_label)
        self.beta_information = self.add_scalar("beta_information", beta_information)
        self.beta_realism = self.add_scalar("beta_realism", beta_realism)
        self.base_rate = None if base_rate is None else self.labels.check_rates(base_rate)
        self.label_samples, self.fixed_classifier = label_samples, fixed_classifier
        self.seed = seed
        self.noise = keras.random.SeedGenerator(seed)

    def check_nets(self, codes):
        *sides, channels = self.data_shape
        labels, units = (self.labels.units,), self.latent_shape[-1]
        self.check_net("decoder", (*sides, channels * self.likelihood.outputs))
        _, features = self.encoder.output_shape
        self.check_net("encoder", [(codes * units,), features[1:]], self.data_shape)
        self.check_net("label_head", labels, features[1:])
        self.check_net("adversary", labels, (units,))
        self.check_net("discriminator", (1,), self.data_shape)

    @property
    def latent_shape(self):
        return (self.decoder.input_shape[-1] - self.labels.units,)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, y=None, training=False):
        return gaussian(self.encoder(x, training=training)[0])

    def prior(self, y):
        return standard_prior(self.latent_shape, y)

    def observation(self, z, y, training=False):
        return observe(self.likelihood, self.decoder, concat_condition(z, self.labels, y), training)

    # ------------------------------------------------------------------ losses

    @reports(
        *("loss", "label", "adversary", "discriminator"),
        *("rate", "distortion", "elbo", "generated_label", "information", "realism"),
    )
    def contest(self, data, training):
        x, y = data
        codes, features = self.encoder(x, training=training)
        qz = gaussian(codes)
        z, z_p = qz.sample(self.noise), Normal(ops.zeros_like(qz.mean), 0.0).sample(self.noise)
        px = self.observation(ops.stack([z, z_p]), y, training)  # over (2, B, …)
        x_hat, x_p = ops.unstack(px.mean, 2)
        everything = ops.concatenate([ops.cast(x, x_hat.dtype), x_hat, x_p])
        real, false_hat, false_p = ops.split(self.discriminator(everything, training=training), 3)
        answer = self.adversary(z, training=training)
        guess = self.label_head(ops.stop_gradient(features), training=training)
        shown = [x_hat, x_p] if self.label_samples else [x_hat]
        guess_shown = self.label_head(self._features_of_drawn(ops.concatenate(shown), training), training=training)

        rate = batch_mean(kl(qz, standard_normal()))
        distortion = -batch_mean(px.log_prob(x)[0])
        generated = -batch_mean(self.labels.log_prob(ops.concatenate([y] * len(shown)), guess_shown))
        told = batch_mean(self.labels.log_prob(y, answer))
        information = told if self.base_rate is None else batch_mean(self.labels.divergence(self.base_rate, answer))
        realism = (generator_loss(false_hat) + generator_loss(false_p)) / 2
        return {
            "loss": self.beta_distortion * distortion
            + self.beta_rate * rate
            + self.beta_label * generated
            + self.beta_information * information
            + self.beta_realism * realism,
            "label": -batch_mean(self.labels.log_prob(y, guess)),
            "adversary": -told,
            "discriminator": generator_loss(real)
            + (discriminator_fake_loss(false_hat) + discriminator_fake_loss(false_p)) / 2,
            "rate": rate,
            "distortion": distortion,
            "elbo": -distortion - rate,
            "generated_label": generated,
            "information": information,
            "realism": realism,
        }

    def _features_of_drawn(self, x, training):
        """What ŷ reads in pictures that the decoder drew."""
        if not self.fixed_classifier:
            return self.encoder(x, training=training)[1]
        weights = [ops.stop_gradient(variable.value) for variable in self.encoder.trainable_variables]
        statistics = [variable.value for variable in self.encoder.non_trainable_variables]
        (_, features), _ = self.encoder.stateless_call(weights, statistics, x, training=False)
        return features

    # ------------------------------------------------------------------ phases

    def phases(self):
        over = {
            "loss": [self.encoder, self.decoder],
            "label": [self.label_head],
            "adversary": [self.adversary],
            "discriminator": [self.discriminator],
        }
        return (Phase(self.contest, over=over),)
