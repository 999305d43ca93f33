"""Autoencoding beyond pixels: VAE/GAN (Larsen, Sønderby, Larochelle and Winther 2016)."""

import keras
from keras import ops

from kvae.capabilities import DENSITY
from kvae.distributions import sample_with_kl
from kvae.distributions.checks import check_weight
from kvae.models.base import LabelledModel
from kvae.models.base.averaging import AveragedDecoder
from kvae.models.base.factors import conditioned, layers_of, stateless
from kvae.objectives import (
    batch_mean,
    discriminator_fake_loss,
    discriminator_real_loss,
    equilibrium,
    generator_loss,
    half_squared_error,
    r1_penalty,
)
from kvae.training import Phase, reports

PLAYERS = ("encoder", "decoder", "discriminator")


@keras.saving.register_keras_serializable("kvae")
class VAEGAN(AveragedDecoder, LabelledModel):
    """VAE/GAN: a VAE that measures its error in a discriminator's features, and a GAN whose generator is its decoder.

    With f(x) a feature map of the discriminator D, x̂ the reconstruction and x_p an image decoded from the prior,

        L_prior = KL(q(z|x) ‖ p(z))
        L_features = −E_q[log N(f(x); f(x̂), 1)] up to a constant = ½ Σ (f(x) − f(x̂))²
        L_GAN = −log D(x) − log(1 − D(x̂)) − log(1 − D(x_p))

    in nats, the players minimise (Larsen et al. 2016, algorithm 1)

        encoder:  L_prior + L_features      decoder:  γ·L_features − L_GAN      discriminator:  L_GAN

    from one forward pass, in which D processes x, x̂ and x_p as three batches. If `saturating` is False, −log D(x̂) −
    log D(x_p) takes the place of −L_GAN in the decoder's loss. Its gradient does not vanish while D rejects all
    generated images with certainty (Goodfellow et al. 2014, section 3).

    While one of decoder and discriminator is too strong for the other, it skips its steps
    (`kvae.objectives.equilibrium`). A player that skips a step does not change at all. `decoder_moves` and
    `discriminator_moves` are the shares of the epoch's steps in which the player was trained.

    With labels it is a VAE/GAN of x given y: all three networks are conditioned on y. The losses contain no likelihood
    of pixels: `likelihood` only decides which data are accepted, and how the decoder's output becomes an image.

    Args:
        encoder: network x, or [x, y] -> the parameters of q(z|x), by default (B, 2D).
        decoder: network z, or [z, y] concatenated -> the parameters of `likelihood`.
        discriminator: network x, or [x, y] -> [features (B, …), logit of "real" (B, 1)].
        labels: `BinaryLabels` or `ClassLabels`, or None.
        likelihood: a name or a `Likelihood`.
        gamma: γ, the weight of the feature error in the decoder's loss; a variable, which a callback may anneal.
        level, margin: thresholds of the gates, as in `kvae.objectives.equilibrium`. With margin=None no step is
            skipped.
        saturating: True for −L_GAN in the decoder's loss, as in the paper.
        r1: ρ, the weight of the penalty ½ρ·E|∂D/∂x|² in the discriminator's loss, with D its logit of real images
            (R1 of Mescheder et al. 2018, eq. 9); 0 for none. The penalty takes one more pass through the
            discriminator and its derivatives.
        averaging: m of the averaged weights of the decoder (`AveragedDecoder`), such as 0.999; None for none.
        posterior: the family of q(z|x); None for `DiagonalNormal`.
        prior: the family of p(z); None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import larsen_decoder, larsen_discriminator, larsen_encoder
        >>> shape, width = (16, 16, 3), 8
        >>> encoder, decoder = larsen_encoder(shape, 4, width), larsen_decoder(2, shape, width)
        >>> model = VAEGAN(encoder, decoder, larsen_discriminator(shape, width))
        >>> model.sample(4, seed=0).shape
        (4, 16, 16, 3)
    """

    provides = LabelledModel.provides - {DENSITY}

    def __init__(
        self,
        encoder,
        decoder,
        discriminator,
        labels=None,
        likelihood="bernoulli",
        gamma=1e-6,
        level=0.68,
        margin=0.35,
        saturating=True,
        r1=0.0,
        averaging=None,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(labels, likelihood, posterior, prior, seed, **kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.discriminator = discriminator
        self.check_networks()
        self.gamma = self.add_scalar("gamma", gamma)
        self.level = level
        self.margin = margin
        self.saturating = saturating
        check_weight(r1, "r1")
        self.r1 = r1
        self.average_decoder(averaging)

    def check_networks(self):
        super().check_networks()
        features, _ = self.discriminator.output_shape
        self.check_network("discriminator", self.discriminator, [features[1:], (1,)], self.encoder_inputs)

    # ------------------------------------------------------------------ losses

    @reports(*PLAYERS, "rate", "features", "real", "fake", "decoder_moves", "discriminator_moves")
    def loss_terms(self, data, training):
        x, *y = data if self.labels is not None else (data,)
        qz, pz = self.posterior(x, *y, training=training), self.prior(*y)
        z, rate = sample_with_kl(qz, pz, self.seed_generator)  # (B, D), (B,)
        z_p = pz.sample(self.seed_generator, () if y else (ops.shape(z)[0],))  # (B, D)
        x_hat, x_p = ops.unstack(self.observation(ops.stack([z, z_p]), *y, training=training).mean, 2)
        # Three batches: in one batch with extreme x_p, batch norm would shrink f − f̂ and reward the decoder for extremes.
        (f, logits), (f_hat, logits_hat), (_, logits_p) = (
            self.discriminator(conditioned(ops.cast(images, x_hat.dtype), self.labels, *y), training=training)
            for images in (x, x_hat, x_p)
        )

        rate, error = batch_mean(rate), batch_mean(half_squared_error(f, f_hat))
        real = discriminator_real_loss(logits)
        fakes = discriminator_fake_loss(logits_hat) + discriminator_fake_loss(logits_p)
        gan = real + fakes
        adversarial = -gan if self.saturating else generator_loss(logits_hat) + generator_loss(logits_p)
        decoder_moves = discriminator_moves = ops.ones(())
        if self.margin is not None:
            decoder_moves, discriminator_moves = equilibrium(real, fakes / 2, self.level, self.margin)
        return {
            "encoder": rate + error,
            "decoder": self.gamma * error + adversarial,
            "discriminator": gan + self._penalty(x, *y, training=training) if self.r1 else gan,
            "rate": rate,
            "features": error,
            "real": real,
            "fake": fakes / 2,
            "decoder_moves": decoder_moves,
            "discriminator_moves": discriminator_moves,
        }

    def _penalty(self, x, *y, training):
        """Return R1 of the logits of real images, times its weight."""

        def logits(x):
            return stateless(self.discriminator, conditioned(x, self.labels, *y), training)[1]

        return self.r1 * r1_penalty(logits, x)

    # ------------------------------------------------------------------ phases

    def phases(self):
        over = {
            "encoder": [self.encoder, *layers_of(self.posterior_family, self.prior_family)],
            "decoder": [self.decoder],
            "discriminator": [self.discriminator],
        }
        gates = {player: f"{player}_moves" for player in ("decoder", "discriminator")}
        return (Phase(self.loss_terms, over=over, gates={} if self.margin is None else gates),)
