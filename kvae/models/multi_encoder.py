"""One encoder for each mode of the data, one decoder for all of them."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kvae.callbacks import AverageCopies
from kvae.capabilities import DOMAINS
from kvae.distributions import kl, likelihoods, standard_normal
from kvae.distributions.checks import check_unit
from kvae.distributions.labels import ClassLabels
from kvae.errors import UserError
from kvae.models.base.labelled import LabelledModel, standard_prior
from kvae.models.base.latent import gaussian, observe
from kvae.objectives import batch_mean
from kvae.training import Phase, reports
from kvae.training.batches import as_floats

SHARED = ("decoder", "rate", "distortion", "elbo")
DECODER_LOSSES = ("distortion", "cross_entropy")


@keras.saving.register_keras_serializable("kvae")
class MultiEncoder(LabelledModel):
    """VAEs of several modes, such as painters, that share their decoder: y says the mode.

        q(z|x, y) = q_y(z|x)        p(x, z) = p(x|z) p(z),   p(z) = N(0, 1)

    A round is a sequence of turns, `turns[y]` of each mode in order. In a turn its encoder and the decoder move
    simultaneously, from one forward pass of a batch of that mode:

        encoder y ← rate + β_e · distortion + β_s · separation
        decoder   ← β_d · distortion + β_p · period              or β_d · H(x, x̂) + β_p · period
        separator ← separation = −E log s(y|z)
        critic    ← −E log c(period|x)             period = −E log c(period|x̂)

    in nats. With β_e = β_d = 1 and no further net it is one VAE whose encoder is chosen by y. With `copies` each mode has a
    decoder of its own during an epoch, and `fit` gives all of them their mean at its end. The separator s tells from z
    which encoder it came from, and rewards the encoders for being told apart (MAD-GAN's idea: Ghosh et al. 2018). The
    critic c learns from x when it was made, where that is known, and rewards the decoder for x̂ that look of their time.
    H(x, x̂) = −Σ x log x̂ + (1 − x) log(1 − x̂) is the cross-entropy of pixels, x̂ the mean of p(x|z), all within [0, 1].

    `fit` takes `kvae.training.Rounds`, which say whose turn it is; every other method takes x and y. Passing another mode
    as y sends x through that mode's encoder.

    Args:
        encoders: {mode: net x -> (B, 2D)}, in the order of the classes of y.
        decoder: net z (B, D) -> parameters of p(x|z).
        turns: {mode: turns in a round}; one each by default.
        likelihood: a name or a `Likelihood`.
        beta_encoder, beta_decoder: β_e and β_d; variables.
        decoder_loss: "distortion", or "cross_entropy" for H(x, x̂).
        separator: net z (B, D) -> logits of the mode, or None.
        beta_separation: β_s; a variable.
        critic: net x -> logits of the period, or None; rounds then hold periods, −1 where unknown.
        beta_period: β_p; a variable.
        copies: whether each mode trains its own copy of the decoder within an epoch; memory and moments grow with it.
        seed: of the samples drawn in training; None takes one that `keras.utils.set_random_seed` decides.
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
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.encoders, self.decoder = dict(encoders), decoder
        self.turns = dict(turns or dict.fromkeys(encoders, 1))
        self.separator, self.critic = separator, critic
        self.copies = copies
        self.likelihood = likelihoods.get(likelihood)
        if decoder_loss not in DECODER_LOSSES:
            raise UserError(f"Expected decoder_loss to be one of {DECODER_LOSSES}. Received: {decoder_loss=!r}.")
        self.decoder_loss = decoder_loss
        self.labels = ClassLabels(len(self.encoders))
        self.check_nets(codes=2)
        others = self.modes[1:] if copies else ()  # the first mode's is the decoder itself
        self.decoders = {mode: _copied(decoder) for mode in others}
        self.beta_encoder = self.add_scalar("beta_encoder", beta_encoder)
        self.beta_decoder = self.add_scalar("beta_decoder", beta_decoder)
        self.beta_separation = self.add_scalar("beta_separation", beta_separation)
        self.beta_period = self.add_scalar("beta_period", beta_period)
        self.seed = seed
        self.noise = keras.random.SeedGenerator(seed)

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(self.encoders)

    @property
    def data_shape(self):
        return tuple(next(iter(self.encoders.values())).input_shape[1:])

    def check_nets(self, codes):
        if set(self.turns) != set(self.modes) or not all(isinstance(n, int) and n > 0 for n in self.turns.values()):
            raise UserError(f"Expected turns of 1 or more for {', '.join(self.modes)}. Received: turns={self.turns}.")
        if taken := set(self.modes) & {*SHARED, "separator", "critic", "period"}:
            raise UserError(f"Expected other names of modes. Received: {', '.join(sorted(taken))}.")
        *sides, channels = self.data_shape
        self.check_net("decoder", (*sides, channels * self.likelihood.outputs))
        for mode, net in self.encoders.items():
            self.check_net(f"{mode} encoder", (codes * self.latent_shape[-1],), self.data_shape, net)
        if self.separator is not None:
            self.check_net("separator", (self.labels.units,), self.latent_shape)
        if self.critic is not None:
            self.check_net("critic", self.critic.output_shape[1:], self.data_shape)

    # ------------------------------------------------------------------ factors

    def posterior(self, x, y, training=False):
        h = ops.stack([net(x, training=training) for net in self.encoders.values()], axis=-2)  # (B, P, 2D)
        return gaussian(ops.sum(h * self.labels.encode(y)[..., None], axis=-2))

    def prior(self, y):
        return standard_prior(self.latent_shape, y)

    def observation(self, z, *given, training=False):
        return observe(self.likelihood, self.decoder, z, training)

    # ------------------------------------------------------------------ losses

    @reports(*SHARED)
    def mixture(self, data, training):
        """What validation sees: examples of any modes."""
        x, y = data
        qz = self.posterior(x, y, training)
        px = self.observation(qz.sample(self.noise), training=training)
        return self._terms(x, qz, px)

    def turn(self, mode: str):
        """The loss of a turn of `mode`."""
        others = {"separator": self.separator, "critic": self.critic}
        names = [name for name, net in others.items() if net is not None]
        names += [] if self.critic is None else ["period"]
        player, decoder = self.decoding(mode)
        names += [] if player == "decoder" else [player]

        @reports(mode, *SHARED, *names)
        def turn(data, training):
            x, *period = data
            qz = gaussian(self.encoders[mode](x, training=training))
            z = qz.sample(self.noise)
            px = observe(self.likelihood, decoder, z, training)
            terms = self._terms(x, qz, px)
            terms[mode] = terms["rate"] + self.beta_encoder * terms["distortion"]
            if self.separator is not None:
                y = ops.full((ops.shape(x)[0],), self.modes.index(mode), "int32")
                terms["separator"] = -batch_mean(self.labels.log_prob(y, self.separator(z, training=training)))
                terms[mode] = terms[mode] + self.beta_separation * terms["separator"]
            if self.critic is not None:
                both = ops.concatenate([x, ops.cast(px.mean, x.dtype)])
                real, drawn = ops.split(self.critic(both, training=training), 2)
                terms["critic"], terms["period"] = (_dated(*period, logits) for logits in (real, drawn))
                terms["decoder"] = terms["decoder"] + self.beta_period * terms["period"]
            return {**terms, player: terms["decoder"]}

        return turn

    def decoding(self, mode: str):
        """The player that decodes in a turn of `mode`, and its net."""
        return (f"decoder/{mode}", self.decoders[mode]) if mode in self.decoders else ("decoder", self.decoder)

    def _terms(self, x, qz, px):
        rate, distortion = batch_mean(kl(qz, standard_normal())), -batch_mean(px.log_prob(x))
        error = distortion if self.decoder_loss == "distortion" else batch_mean(_cross_entropy(x, px.mean))
        return {
            "decoder": self.beta_decoder * error,
            "rate": rate,
            "distortion": distortion,
            "elbo": -rate - distortion,
        }

    # ------------------------------------------------------------------ phases

    def phases(self):
        others = {"separator": self.separator, "critic": self.critic}
        judges = {name: [net] for name, net in others.items() if net is not None}
        round_ = []
        for mode, encoder in self.encoders.items():
            player, decoder = self.decoding(mode)
            over = {mode: [encoder], player: [decoder], **judges}
            loss = self.turn(mode)
            round_ += [Phase(loss, over, batch=_turn_of(mode, turn)) for turn in range(self.turns[mode])]
        return tuple(round_)

    def test_round(self, data):
        batch = self._unpack(data)
        if isinstance(batch, Mapping):
            return super().test_round(data)
        self._report(self.mixture(batch, training=False), batch)
        figures = self.get_metrics_result()
        return {name: figures[name] for name in SHARED}  # the others have seen nothing

    def fit(self, *args, **kwargs):
        if self.decoders:
            kwargs["callbacks"] = [AverageCopies("decoder", "decoders"), *(kwargs.get("callbacks") or ())]
        return super().fit(*args, **kwargs)

    # ------------------------------------------------------------------ the door

    def _unpack(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        if isinstance(x, Mapping) and y is None:
            return keras.tree.map_structure(ops.convert_to_tensor, dict(x))
        return super()._unpack(data)

    def train_round(self, data):
        if not isinstance(keras.utils.unpack_x_y_sample_weight(data)[0], Mapping):
            raise UserError(
                "Expected rounds, which say whose turn it is. Received: x and y. "
                f"Train with fit(kvae.training.Rounds(x, y, {self.turns}))."
            )
        return super().train_round(data)

    def check(self, x, y=None):
        if not isinstance(x, Mapping) or y is not None:
            self._check_pictures(x, y)
            return
        if set(x) != set(self.modes):
            raise UserError(f"Expected rounds of {', '.join(self.modes)}. Received: of {', '.join(map(str, x))}.")
        for number, mode in enumerate(self.modes):
            pictures, *period = x[mode] if isinstance(x[mode], tuple | list) else (x[mode],)
            if len(period) != (self.critic is not None):
                raise UserError(
                    f"Expected rounds {'with' if self.critic is not None else 'without'} periods, for critic="
                    f"{self.critic and self.critic.name}. Received: those of {mode} {'with' if period else 'without'} them."
                )
            if np.shape(pictures)[1] != self.turns[mode]:
                raise UserError(f"Expected {self.turns[mode]} turns of {mode}. Received: {np.shape(pictures)[1]}.")
            flat = as_floats(np.reshape(pictures, (-1, *np.shape(pictures)[2:])))
            self._check_pictures(flat, np.full(len(flat), number))

    def _check_pictures(self, x, y):
        super().check(x, y)
        if self.decoder_loss == "cross_entropy":
            check_unit(np.asarray(x), "x", "decoder_loss='cross_entropy'", otherwise="use decoder_loss='distortion'")

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def encode_each(self, x, batch_size=256):
        """Codes of `x` (N, …), whoever it is by, through the encoder of each mode: (N, P, D)."""
        self.check(np.asarray(x), np.zeros(len(x), "int32"))

        def each(x):
            return ops.stack([gaussian(net(x)).mean for net in self.encoders.values()], axis=1)

        return self.batched("encode_each", each, x, batch_size=batch_size)

    def transfer(self, x, y, new_y, amount=1.0, batch_size=256):
        """`x` (N, …) of modes `y` through the encoders of the modes `new_y`, or, for an `amount` below 1, in between."""
        y, new_y = self.labels.spread(y, len(x)), self.labels.spread(new_y, len(x))
        own, other = self.encode(x, y, batch_size=batch_size), self.encode(x, new_y, batch_size=batch_size)
        return self.decode((1 - amount) * own + amount * other, batch_size=batch_size)


def _cross_entropy(x, x_hat):
    return ops.sum(ops.binary_crossentropy(ops.cast(x, x_hat.dtype), x_hat), axis=tuple(range(1, len(x_hat.shape))))


def _copied(net):
    copy = keras.models.clone_model(net)
    copy.set_weights(net.get_weights())
    return copy


def _turn_of(mode, turn):
    def batch(rounds):
        x, *period = (part[:, turn] for part in _parts(rounds[mode]))
        return (_as_floats(x), *period)

    return batch


def _as_floats(x):
    """Bytes as k/255, which `Rounds` leaves to the model; floats unchanged."""
    return ops.cast(x, "float32") * (1 / 255) if keras.backend.standardize_dtype(x.dtype) == "uint8" else x


def _parts(entry):
    return entry if isinstance(entry, tuple | list) else (entry,)


def _dated(period, logits):
    """−E log c(period|·), over the examples whose period is known; 0 where it is of none."""
    known = ops.cast(period >= 0, logits.dtype)
    log_prob = ops.log_softmax(logits, axis=-1)
    chosen = ops.take_along_axis(log_prob, ops.cast(ops.maximum(period, 0), "int32")[:, None], axis=-1)[:, 0]
    return -ops.sum(known * chosen) / ops.maximum(ops.sum(known), 1)
