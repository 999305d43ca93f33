"""The autoencoder of latent diffusion models (Rombach et al. 2022, section 3.1; Esser et al. 2021)."""

import keras
from keras import ops

from kvae.distributions import sample_with_kl
from kvae.distributions.checks import check_count
from kvae.errors import UserError
from kvae.models.base import VariationalModel
from kvae.models.base.factors import layers_of
from kvae.objectives import adversary as get_adversary
from kvae.objectives import batch_mean, perceptual_error
from kvae.training import Balance, Phase, reports, started

MOMENTUM = 0.99
"""Momentum of the running variance of the latent codes."""


@keras.saving.register_keras_serializable("kvae")
class AutoencoderKL(VariationalModel):
    """AutoencoderKL: a VAE with a spatial code and a small weight of the rate, trained with features and an adversary.

        loss = distortion + β · rate + β_f · features + β_a · generated(D(x̂))
        discriminator = ½ (real(D(x)) + fake(D(x̂)))

    with rate and distortion in nats, and the costs of `kvae.objectives.ADVERSARIES`. `features` is the sum of the errors
    `kvae.objectives.perceptual_error` of the feature maps. D returns scores of patches of the reconstruction x̂. It begins
    to train, and to enter the loss, in round `start`. `adversary_active` is the share of rounds since then. With
    `adaptive`, the gradients of the last term are as long as those of the others at the kernel of the decoder's last
    layer, times β_a (`kvae.training.Balance`). This takes a second backward pass, of the player `adversary`, which trains
    the same networks with the optimizer of `loss`.

    A squared error has the likelihood "normal", an absolute error "laplace". In the authors' code the absolute error of
    images in [−1, 1] is summed over an image, which is `LaplaceLikelihood(0.5)` here up to a constant. Its weight 1 of the
    features is then the number of values of an image.

    `scaling_factor` is 1/σ, where σ is the standard deviation of the latent codes in recent batches. Models of latent
    codes are trained on codes that are multiplied by it (Rombach et al. 2022, appendix G).

    Args:
        encoder: network x -> the parameters of q(z|x), by default (B, h, w, 2c), such as `kvae.networks.spatial_encoder`.
        decoder: network z (B, h, w, c) -> the parameters of p(x|z).
        features: network x -> a map, or a list of maps, or None. Its weights do not change.
        discriminator: network x -> scores (B, h, w, 1), such as `kvae.networks.patch_discriminator`, or None.
        likelihood: a name or a `Likelihood`.
        beta, beta_features, beta_adversary: β, β_f and β_a; variables, which callbacks may anneal.
        start: number of rounds after which the discriminator begins.
        adaptive: True for the adaptive weight.
        adversary: "hinge" as in the source, "cross_entropy" or "least_squares".
        posterior: a `Posterior`, its name, or None for `DiagonalNormal`.
        prior: a `Prior`, or None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import spatial_decoder, spatial_encoder
        >>> shape = (16, 16, 3)
        >>> model = AutoencoderKL(spatial_encoder(shape, 8, width=8), spatial_decoder(4, shape, width=8))
        >>> model.encode(np.zeros((2, *shape))).shape
        (2, 4, 4, 4)
    """

    def __init__(
        self,
        encoder,
        decoder,
        features=None,
        discriminator=None,
        likelihood="laplace",
        beta=1e-6,
        beta_features=1.0,
        beta_adversary=1.0,
        start=0,
        adaptive=False,
        adversary="hinge",
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.features, self.discriminator = features, discriminator
        if features is not None:
            features.trainable = False
        check_count(start, "start", least=0)
        self.start, self.adaptive = start, adaptive
        self.adversary = adversary
        self._adversary = get_adversary(adversary)
        self.check_networks()
        self.beta = self.add_scalar("beta", beta)
        self.beta_features = self.add_scalar("beta_features", beta_features)
        self.beta_adversary = self.add_scalar("beta_adversary", beta_adversary)
        self.code_variance = self.add_weight(name="code_variance", shape=(1,), initializer="ones", trainable=False)

    def check_networks(self):
        super().check_networks()
        for name, net in (("features", self.features), ("discriminator", self.discriminator)):
            if net is not None and tuple(net.input_shape[1:]) != self.data_shape:
                raise UserError(
                    f"Expected {name} of images of shape {self.data_shape}. Received: those of {net.input_shape[1:]}."
                )
        if self.adaptive and self.discriminator is None:
            raise UserError("Expected a discriminator for an adaptive weight. Received: discriminator=None.")

    @property
    def scaling_factor(self) -> float:
        """The reciprocal of the standard deviation of the latent codes in recent batches."""
        return float(ops.convert_to_numpy(self.code_variance)[0] ** -0.5)

    # ------------------------------------------------------------------ losses

    @property
    def _names(self) -> tuple[str, ...]:
        """Names of the scalars that the loss reports."""
        features = ["features"] if self.features is not None else []
        adversary = ["adversary", "discriminator", "adversary_active"] if self.discriminator is not None else []
        return ("loss", "rate", "distortion", *features, *adversary)

    def loss_terms(self, x, training):
        z, rate = sample_with_kl(self.posterior(x, training=training), self.prior(), self.seed_generator)
        if training:
            self._measure(z)
        px = self.observation(z, training=training)
        rate, distortion = batch_mean(rate), -batch_mean(px.log_prob(x))
        terms = {"loss": distortion + self.beta * rate, "rate": rate, "distortion": distortion}
        if self.features is not None:
            maps = (keras.tree.flatten(self.features(image, training=False)) for image in (x, px.mean))
            terms["features"] = sum(perceptual_error(f, f_hat) for f, f_hat in zip(*maps, strict=True))
            terms["loss"] = terms["loss"] + self.beta_features * terms["features"]
        if self.discriminator is not None:
            terms |= self._adversarial_terms(x, px.mean, training)
            if not self.adaptive:
                terms["loss"] = terms["loss"] + self.beta_adversary * terms["adversary"]
        return terms

    def _adversarial_terms(self, x, x_hat, training: bool) -> dict:
        """Return the loss of the generator, 0 before the discriminator begins, that of the discriminator, and its gate."""
        active = started(self, self.start)
        real, fake = (self.discriminator(image, training=training) for image in (x, x_hat))
        return {
            "adversary": active * self._adversary.generator_loss(fake),
            "discriminator": self._adversary.discriminator_loss(real, fake),
            "adversary_active": active,
        }

    def _measure(self, z) -> None:
        """Update the running variance of the latent codes."""
        variance = ops.reshape(ops.var(ops.stop_gradient(z)), (1,))
        before = ops.convert_to_tensor(self.code_variance)
        self.code_variance.assign(MOMENTUM * before + (1 - MOMENTUM) * ops.cast(variance, before.dtype))

    # ------------------------------------------------------------------ phases

    def phases(self):
        @reports(*self._names)
        def loss(x, training):
            return self.loss_terms(x, training)

        networks = [self.encoder, self.decoder, *layers_of(self.posterior_family, self.prior_family)]
        if self.discriminator is None:
            return (Phase(loss, {"loss": networks}),)
        players = {"loss": networks, "discriminator": [self.discriminator]}
        gates = {"discriminator": "adversary_active"}
        if not self.adaptive:
            return (Phase(loss, players, gates=gates),)
        kernel = [layer for layer in self.decoder.layers if layer.trainable_variables][-1].trainable_variables[0]
        balance = Balance("adversary", "loss", kernel, self.beta_adversary)
        return (Phase(loss, {**players, "adversary": networks}, gates=gates, balance=balance),)
