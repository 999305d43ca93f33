"""VAEs of several domains, each with its own encoder, that share one decoder."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.capabilities import DOMAINS
from kvae.distributions import Distribution, sample_with_kl
from kvae.distributions.checks import check_unit
from kvae.distributions.labels import ClassLabels
from kvae.errors import UserError
from kvae.models.base import LabelledModel
from kvae.models.base.factors import layers_of, observe
from kvae.models.components import DecoderCopies, PeriodCritic, Separator
from kvae.objectives import batch_mean, pixel_cross_entropy
from kvae.training import Phase, RoundsModel, reports
from kvae.training.rounds import check_round, turn_of

SHARED = ("decoder", "rate", "distortion", "elbo")
"""Names of the scalars that the turns of all domains report. Validation reports them too."""

DECODER_LOSSES = ("distortion", "cross_entropy")
"""Values of the argument `decoder_loss`."""


@keras.saving.register_keras_serializable("kvae")
class MultiEncoder(RoundsModel, LabelledModel):
    """VAEs of several domains, such as painters, that share their decoder. The label y is the domain.

        q(z|x, y) = q_y(z|x)        p(x, z) = p(x|z) p(z)

    A round is a sequence of turns, `turns[y]` of each domain in order. In a turn the domain's encoder and the decoder
    train simultaneously, from one forward pass of a batch of that domain. In nats, they minimise

        encoder y:  rate + β_e · distortion + β_s · separation
        decoder:    β_d · distortion + β_p · period              or β_d · H(x, x̂) + β_p · period

    With β_e = β_d = 1, without separator and critic, it is one VAE whose encoder is chosen by y. H(x, x̂) is the
    cross-entropy of the pixels, with x̂ the mean of p(x|z) and all values in [0, 1]. `separation` is a loss of the
    separator's predictions and `period` one of the critic's: see `kvae.models.components`. With `copies` each domain
    trains another copy of the decoder during an epoch, and at the end of the epoch all copies are set to their mean.

    `fit` takes `kvae.training.Rounds`, which hold the turns; every other method takes x and y. Passing another domain
    as y encodes x with that domain's encoder.

    Args:
        encoders: {domain: network x -> the parameters of q_y(z|x), by default (B, 2D)}, in the order of the classes of
            y.
        decoder: network z (B, D) -> the parameters of p(x|z).
        turns: {domain: number of turns in a round}; one turn each by default.
        likelihood: a name or a `Likelihood`.
        beta_encoder, beta_decoder: β_e and β_d; variables, which callbacks may anneal.
        decoder_loss: "distortion", or "cross_entropy" for H(x, x̂).
        separator: network z (B, D) -> logits of the domain, or None.
        beta_separation: β_s; a variable.
        critic: network x -> logits of the period, or None. With a critic, rounds hold periods, −1 where unknown.
        beta_period: β_p; a variable.
        copies: True to train copies of the decoder. Each copy needs memory for its weights and the moments of its
            optimizer.
        posterior: the family of q_y(z|x); None for `DiagonalNormal`.
        prior: the family of p(z); None for `StandardNormal`.
        seed: seed of the samples drawn in training. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import mlp
        >>> from kvae.training import Rounds
        >>> model = MultiEncoder({"monet": mlp((4,), 4), "manet": mlp((4,), 4)}, mlp(2, (4,)), likelihood="normal")
        >>> model.compile("adam")
        >>> x, y = np.zeros((20, 4), "float32"), np.arange(20) % 2
        >>> history = model.fit(Rounds(x, y, model.turns, batch_size=5), verbose=0)
        >>> model.encode_each(x).shape
        (20, 2, 2)
    """

    decodes_without_labels = True
    provides = LabelledModel.provides | {DOMAINS}

    def __init__(
        self,
        encoders,
        decoder,
        turns=None,
        likelihood="laplace",
        beta_encoder=1.0,
        beta_decoder=1.0,
        decoder_loss="distortion",
        separator=None,
        beta_separation=1.0,
        critic=None,
        beta_period=1.0,
        copies=False,
        posterior=None,
        prior=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(ClassLabels(len(encoders)), likelihood, posterior, prior, seed, **kwargs)
        self.encoders, self.decoder = dict(encoders), decoder
        turns = dict(turns or dict.fromkeys(encoders, 1))
        # The turns follow the order of the encoders, which numbers the classes of y.
        self.turns = {domain: turns.pop(domain) for domain in encoders if domain in turns} | turns
        self.separator, self.critic = separator, critic
        self.copies = copies
        if decoder_loss not in DECODER_LOSSES:
            raise UserError(f"Expected decoder_loss to be one of {DECODER_LOSSES}. Received: {decoder_loss=!r}.")
        self.decoder_loss = decoder_loss
        self.check_networks()
        self._copies = DecoderCopies(decoder, self.domains if copies else self.domains[:1])
        self.decoders = self._copies.nets  # an attribute of the model, so that Keras saves the copies
        self.beta_encoder = self.add_scalar("beta_encoder", beta_encoder)
        self.beta_decoder = self.add_scalar("beta_decoder", beta_decoder)
        self.beta_separation = self.add_scalar("beta_separation", beta_separation)
        self.beta_period = self.add_scalar("beta_period", beta_period)
        self._separator = None if separator is None else Separator(separator, self.beta_separation)
        self._critic = None if critic is None else PeriodCritic(critic, self.beta_period)

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the domains, in the order of the classes of y."""
        return tuple(self.encoders)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, y, training: bool = False) -> Distribution:
        """Return q_y(z|x), over (B, D). All encoders run; y chooses the output of one for each example."""
        h = ops.stack([net(x, training=training) for net in self.encoders.values()], axis=1)  # (B, domains, *outputs)
        one_hot = ops.cast(self.labels.encode(y), h.dtype)  # (B, domains)
        one_hot = ops.reshape(one_hot, (*ops.shape(one_hot), *(1,) * (len(h.shape) - 2)))
        return self.posterior_family(ops.sum(h * one_hot, axis=1), training)

    # ------------------------------------------------------------------ shapes

    @property
    def data_shape(self):
        return tuple(next(iter(self.encoders.values())).input_shape[1:])

    def check_networks(self):
        if set(self.turns) != set(self.domains) or not all(isinstance(n, int) and n > 0 for n in self.turns.values()):
            raise UserError(f"Expected turns of 1 or more for {', '.join(self.domains)}. Received: turns={self.turns}.")
        if taken := set(self.domains) & {*SHARED, "separator", "critic", "period"}:
            raise UserError(
                f"Expected names of domains that are not names of losses. Received: {', '.join(sorted(taken))}."
            )
        self.check_decoder()
        for domain, net in self.encoders.items():
            outputs = self.posterior_family.outputs(self.latent_shape)
            self.check_network(f"{domain} encoder", net, outputs, self.data_shape)
        self.prior_family.check(self.latent_shape, self.data_shape)
        if self.separator is not None:
            self.check_network("separator", self.separator, (self.labels.units,), self.latent_shape)
        if self.critic is not None:
            self.check_network("critic", self.critic, self.critic.output_shape[1:], self.data_shape)

    # ------------------------------------------------------------------ losses

    @reports(*SHARED)
    def loss_terms(self, data, training):
        """Return the terms that do not depend on turns, for examples of any domains. Validation reports them."""
        x, y = data
        z, rate = sample_with_kl(self.posterior(x, y, training=training), self.prior(), self.seed_generator)
        return self._shared_terms(x, self.observation(z, training=training), rate)

    def turn_loss(self, domain: str):
        """Return the loss of a turn of `domain`, a function of (x,) or (x, period)."""
        components = [part for part in (self._separator, self._critic) if part is not None]
        player, decoder = self._copies.decoder_of(domain)
        names = [domain, *SHARED, *(name for part in components for name in part.reports)]

        @reports(*dict.fromkeys([*names, player]))
        def terms_of_turn(data, training):
            x, *period = data
            qz = self.posterior_family(self.encoders[domain](x, training=training), training)
            z, rate = sample_with_kl(qz, self.prior(), self.seed_generator)  # (B, *latent), (B,)
            px = observe(self.likelihood, decoder, z, training)
            terms = self._shared_terms(x, px, rate)
            terms[domain] = terms["rate"] + self.beta_encoder * terms["distortion"]
            if self._separator is not None:
                separation = self._separator.loss(self.labels, self.domains.index(domain), z, training)
                terms["separator"] = separation
                terms[domain] = terms[domain] + self._separator.beta * separation
            if self._critic is not None:
                terms["critic"], terms["period"] = self._critic.losses(x, px.mean, period[0], training)
                terms["decoder"] = terms["decoder"] + self._critic.beta * terms["period"]
            return {**terms, player: terms["decoder"]}

        return terms_of_turn

    def _shared_terms(self, x, px, rate):
        rate, distortion = batch_mean(rate), -batch_mean(px.log_prob(x))
        error = distortion if self.decoder_loss == "distortion" else batch_mean(pixel_cross_entropy(x, px.mean))
        return {
            "decoder": self.beta_decoder * error,
            "rate": rate,
            "distortion": distortion,
            "elbo": -rate - distortion,
        }

    # ------------------------------------------------------------------ phases

    def phases(self):
        networks = {"separator": self.separator, "critic": self.critic}
        others = {name: [net] for name, net in networks.items() if net is not None}
        families = layers_of(self.posterior_family, self.prior_family)
        phases = []
        for domain, encoder in self.encoders.items():
            player, decoder = self._copies.decoder_of(domain)
            over = {domain: [encoder], player: [decoder, *families], **others}
            loss = self.turn_loss(domain)
            phases += [Phase(loss, over, batch=turn_of(domain, turn)) for turn in range(self.turns[domain])]
        return tuple(phases)

    def fit(self, *args, **kwargs):
        if self.copies:
            kwargs["callbacks"] = [self._copies.callback(), *(kwargs.get("callbacks") or ())]
        return super().fit(*args, **kwargs)

    # ------------------------------------------------------------------ validation

    def check(self, x, y=None):
        if not isinstance(x, Mapping) or y is not None:
            self._check_images(x, y)
            return
        examples = check_round(x, self.domains, self.turns, with_periods=self.critic is not None)
        for number, images in enumerate(examples.values()):
            self._check_images(images, np.full(len(images), number))

    def _check_images(self, x, y):
        super().check(x, y)
        if self.decoder_loss == "cross_entropy":
            check_unit(x, "x", "decoder_loss='cross_entropy'", alternative="use decoder_loss='distortion'")

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def encode_each(self, x, batch_size=256):
        """Return the latent codes of `x` (N, …) from each domain's encoder: (N, domains, *latent)."""
        self.check(as_array(x), np.zeros(len(x), "int32"))

        def each(x):
            return ops.stack([self.posterior_family(net(x)).mean for net in self.encoders.values()], axis=1)

        return self.batched("encode_each", each, x, batch_size=batch_size)

    def transfer(self, x, y, new_y, amount=1.0, batch_size=256):
        """Return `x` (N, …) of domains `y`, encoded by the encoders of the domains `new_y` and decoded: (N, …).

        An `amount` between 0 and 1 mixes the latent codes of the two encoders linearly.
        """
        y, new_y = self.labels.spread(y, len(x)), self.labels.spread(new_y, len(x))
        own, other = self.encode(x, y, batch_size=batch_size), self.encode(x, new_y, batch_size=batch_size)
        return self.decode((1 - amount) * own + amount * other, batch_size=batch_size)
