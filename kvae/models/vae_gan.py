"""Autoencoding beyond pixels: VAE/GAN (Larsen, Sønderby, Larochelle and Winther 2016)."""

import keras
from keras import ops

from kvae.capabilities import DENSITY
from kvae.distributions import Normal, kl, likelihoods, standard_normal
from kvae.distributions import labels as labels_
from kvae.models.base.labelled import LabelledModel, concat_condition, conditioned, standard_prior
from kvae.models.base.latent import gaussian, observe
from kvae.objectives import batch_mean, discriminator_fake_loss, equilibrium, generator_loss
from kvae.training import Phase, reports


@keras.saving.register_keras_serializable("kvae")
class VAEGAN(LabelledModel):
    """VAE/GAN: a VAE that measures its error in a discriminator's features, and a GAN whose generator is its decoder.

    With f(x) a feature map of the discriminator D, x̂ the reconstruction and x_p a picture decoded from the prior,

        L_prior = KL(q(z|x) ‖ p(z))
        L_features = −E_q[log N(f(x); f(x̂), 1)] up to a constant = ½ Σ (f(x) − f(x̂))²
        L_GAN = −log D(x) − log(1 − D(x̂)) − log(1 − D(x_p))

        encoder ← L_prior + L_features      decoder ← γ·L_features − L_GAN      discriminator ← L_GAN

    (Larsen et al. 2016, algorithm 1), each moving its own net alone, from one forward pass in which D sees x, x̂ and x_p as
    three batches. In nats. Without `saturating` the decoder's −L_GAN is −log D(x̂) − log D(x_p), whose gradient does not fade
    while D sees through all that it draws (Goodfellow et al. 2014, section 3). Discriminator and decoder sit out a step when
    one is too strong for the other (`equilibrium`); a player that sits out does not move at all. The epoch's
    `decoder_moves` and `discriminator_moves` say how often they did.

    With labels it is a VAE/GAN of x given y: all three nets see y. Pixels have no likelihood of their own here;
    `likelihood` says which range the data have, and how outputs become a picture.

    Args:
        encoder: net x, or (x, y) -> (B, 2D): q(z|x).
        decoder: net z, or z and y side by side -> what `likelihood` makes a picture of.
        discriminator: net x, or (x, y) -> [features (B, …), logit of "real" (B, 1)].
        labels: `BinaryLabels` or `ClassLabels`, or None.
        likelihood: a name or a `Likelihood`.
        gamma: γ, the weight of the features' error against the discriminator in the decoder; a variable.
        level, margin: of the equilibrium; margin=None lets both move at every step.
        saturating: whether the decoder's part of the game is −L_GAN itself.
        seed: of the samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
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
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.encoder, self.decoder, self.discriminator = encoder, decoder, discriminator
        self.labels = None if labels is None else labels_.get(labels)
        self.likelihood = likelihoods.get(likelihood)
        self.check_nets(codes=2)
        self.check_net("encoder", (2 * self.latent_shape[-1],), self.seen)
        features, _ = self.discriminator.output_shape
        self.check_net("discriminator", [features[1:], (1,)], self.seen)
        self.gamma = self.add_scalar("gamma", gamma)
        self.level, self.margin, self.saturating = level, margin, saturating
        self.seed = seed
        self.noise = keras.random.SeedGenerator(seed)

    @property
    def latent_shape(self):
        return (self.decoder.input_shape[-1] - (0 if self.labels is None else self.labels.units),)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, *given, training=False):
        return gaussian(self.encoder(conditioned(x, self.labels, *given), training=training))

    def prior(self, *given):
        return standard_prior(self.latent_shape, *given)

    def observation(self, z, *given, training=False):
        return observe(self.likelihood, self.decoder, concat_condition(z, self.labels, *given), training)

    # ------------------------------------------------------------------ losses

    @reports(
        *("encoder", "decoder", "discriminator"),
        *("rate", "features", "real", "false", "decoder_moves", "discriminator_moves"),
    )
    def contest(self, data, training):
        x, *given = data if self.labels is not None else (data,)
        qz = self.posterior(x, *given, training=training)
        z, z_p = qz.sample(self.noise), Normal(ops.zeros_like(qz.mean), 0.0).sample(self.noise)
        x_hat, x_p = ops.unstack(self.observation(ops.stack([z, z_p]), *given, training=training).mean, 2)
        # Three batches: beside loud x_p, batch norm would shrink f − f̂ and so pay the decoder for being loud.
        (f, logits), (f_hat, logits_hat), (_, logits_p) = (
            self.discriminator(conditioned(ops.cast(each, x_hat.dtype), self.labels, *given), training=training)
            for each in (x, x_hat, x_p)
        )

        rate = batch_mean(kl(qz, standard_normal()))
        error = 0.5 * batch_mean(ops.sum(ops.square(f - f_hat), axis=tuple(range(1, len(f.shape)))))
        real = generator_loss(logits)
        false = [discriminator_fake_loss(logits_hat), discriminator_fake_loss(logits_p)]
        gan, moves = real + sum(false), (ops.ones(()), ops.ones(()))
        deceit = -gan if self.saturating else generator_loss(logits_hat) + generator_loss(logits_p)
        if self.margin is not None:
            moves = equilibrium(real, sum(false) / 2, self.level, self.margin)
        return {
            "encoder": rate + error,
            "decoder": self.gamma * error + deceit,
            "discriminator": gan,
            "rate": rate,
            "features": error,
            "real": real,
            "false": sum(false) / 2,
            "decoder_moves": moves[0],
            "discriminator_moves": moves[1],
        }

    # ------------------------------------------------------------------ phases

    def phases(self):
        players = ("encoder", "decoder", "discriminator")
        gates = {} if self.margin is None else {player: f"{player}_moves" for player in players[1:]}
        return (Phase(self.contest, over={player: [getattr(self, player)] for player in players}, gates=gates),)
