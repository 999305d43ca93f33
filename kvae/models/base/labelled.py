"""The base class of models of labelled data."""

from typing import Any

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.capabilities import LABELS
from kvae.distributions import Distribution
from kvae.distributions.checks import check_count
from kvae.distributions.labels import get as get_labels
from kvae.errors import UserError
from kvae.latent.samplers import Sampler
from kvae.models.base.factors import concat_condition, conditioned, observe
from kvae.models.base.variational import VariationalModel


class LabelledModel(VariationalModel):
    """A model p(x, z|y) = p(x|z, y) p(z|y) of data x with labels y, and a posterior q(z|x, y).

    Its methods take y after x. By default encoder and decoder are conditioned on y, and the prior p(z) is not. The
    encoder takes [x, encoded y]; the decoder takes z and encoded y, concatenated, or only z if
    `decodes_without_labels`. If `labels` is None, the model takes no y.

    Args:
        labels: a label specification, `BinaryLabels` or `ClassLabels`, or None.
    """

    posterior_takes_labels = True
    """True if q(z|x, y) depends on y."""

    labels: Any
    """The label specification, or None. Methods that are given y need one."""

    def __init__(self, labels, likelihood="bernoulli", posterior=None, prior=None, seed=None, **kwargs):
        super().__init__(likelihood, posterior, prior, seed, **kwargs)
        self.labels = None if labels is None else get_labels(labels)
        if self.prior_family.uses_posterior and self.posterior_takes_labels and self.labels is not None:
            raise UserError(
                f"Expected a prior that is not made of posteriors: {type(self).__name__}'s posterior depends on labels. "
                f"Received: prior={type(self.prior_family).__name__}. Use StandardNormal or MixtureOfNormals."
            )

    @property
    def batch_spec(self):
        return ("x",) if self.labels is None else ("x", "y")

    @property
    def capabilities(self) -> frozenset[str]:
        return super().capabilities | (set() if self.labels is None else {LABELS})

    # ------------------------------------------------------------------ factors

    def posterior(self, x, *y, training: bool = False) -> Distribution:
        return self.posterior_family(self.encoder(conditioned(x, self.labels, *y), training=training), training)

    def prior(self, *y) -> Distribution:
        """Return p(z) of one latent code (*latent,), or, if y is given, p(z|y) of a batch of them (B, *latent)."""
        batch = (ops.shape(y[0])[0],) if y else ()
        return self.prior_family(self.latent_shape, self.posterior, batch)

    def observation(self, z, *y, training: bool = False) -> Distribution:
        if self.decodes_without_labels:
            return super().observation(z, training=training)
        inputs = concat_condition(z, self.labels, *y, axes=len(self.latent_shape))
        return observe(self.likelihood, self.decoder_in(training), inputs, training)

    def relabel(self, z, y):
        """Return the latent codes of the same x with other labels y: z itself, unless a part of z represents labels."""
        return z

    # ------------------------------------------------------------------ shapes

    @property
    def encoder_inputs(self):
        """The shapes of the inputs of a network that takes x, or [x, encoded y] if the model takes labels."""
        return self.data_shape if self.labels is None else [self.data_shape, (self.labels.units,)]

    @property
    def latent_shape(self):
        *sides, channels = self.decoder.input_shape[1:]
        takes_labels = self.labels is not None and not self.decodes_without_labels
        return (*sides, channels - (self.labels.units if takes_labels else 0))

    def signature(self):
        if self.labels is None:
            return super().signature()
        label = self.labels.cycle(1)
        return [[*(super().signature() or ()), keras.InputSpec(str(label.dtype), (None, *label.shape[1:]))]]

    def described(self):
        return super().described() | {"labels": self.labels}

    # ------------------------------------------------------------------ validation

    def check_networks(self) -> None:
        super().check_networks()
        outputs = self.posterior_family.outputs(self.latent_shape)
        self.check_network("encoder", self.encoder, outputs, self.encoder_inputs)

    def check(self, x, y=None):
        super().check(x, y)
        if y is not None:
            self.labels.check(y)
            _check_rows(y, len(x))

    def check_code(self, z, y=None):
        """Raise `UserError` unless `z` holds latent codes that can be decoded with `y`.

        `y` holds N labels, or N mixtures of labels (N, units).
        """
        super().check_code(z, y)
        if y is not None:
            self.labels.check_mixture(np.asarray(y))
            _check_rows(y, len(z))

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def sample(
        self,
        n: int,
        y=None,
        seed: int | None = None,
        temperature: float = 1.0,
        batch_size: int = 256,
        *,
        sampler: Sampler | None = None,
    ) -> np.ndarray:
        """Return `n` latent codes z ~ p(z|y), decoded to the mean of p(x|z, y): (n, …).

        `y` holds n labels, or one for all. The other arguments are those of `LatentModel.sample`.
        """
        check_count(n, "n")
        self.check_batch_spec(y)
        condition = () if y is None else (self.labels.spread(y, n),)
        z = self.sample_codes(n, seed, temperature, *condition, sampler=sampler)
        return self.decode(z, *condition, batch_size=batch_size)

    def encoded_labels(self, *y):
        return ops.convert_to_numpy(self.labels.encode(ops.convert_to_tensor(*y))) if y else None

    def transfer(self, x, y, new_y, amount: float = 1.0, batch_size: int = 256) -> np.ndarray:
        """Return the reconstructions of `x` (N, …), whose labels are `y`, with `new_y` as labels: (N, …).

        `new_y` holds N labels, or one for all. With an `amount` between 0 and 1, latent codes and labels are mixed
        linearly: 0 gives the reconstruction with the labels `y`, and 1 that with `new_y`.
        """
        if self.labels is None:
            raise UserError(f"Expected a model of labelled data. Received: {type(self).__name__} without labels.")
        self.check(as_array(x), y)
        new_y = self.labels.spread(new_y, len(x))

        def transferred(x, y, new_y, amount):
            z, share = self.code(x, y), ops.reshape(amount, (-1, *(1 for _ in self.latent_shape)))
            z = (1 - share) * z + share * self.relabel(z, new_y)
            amount = amount[:, None]
            return self.observation(z, (1 - amount) * self.labels.encode(y) + amount * self.labels.encode(new_y)).mean

        amounts = np.full(len(x), amount, "float32")  # an array, so that one compiled function serves all amounts
        return self.batched("transfer", transferred, x, y, new_y, amounts, batch_size=batch_size)

    def encode_each(self, x, batch_size: int = 256) -> np.ndarray:
        """Return the latent codes of `x` (N, …) given each class in turn: (N, classes, *latent)."""
        if self.labels is None or not self.labels.exclusive:
            raise UserError(
                f"Expected a model of data with classes. Received: {type(self).__name__} with labels={self.labels}."
            )
        labels = [np.full(len(x), number, "int32") for number in range(self.labels.units)]
        return np.stack([self.encode(x, y, batch_size=batch_size) for y in labels], axis=1)

    def restyle(self, x, y, style, style_y, batch_size: int = 256) -> np.ndarray:
        """Return `x` (N, …), decoded with the label part w of the latent codes of `style` (N, …): (N, …).

        Raises:
            UserError: The latent code has no part w. That of `CSVAE` has one.
        """
        if "w" not in self.parts:
            raise UserError(
                "Expected a model whose latent code has a part for labels, such as CSVAE. "
                f"Received: {type(self).__name__}. Use transfer(x, y, new_y)."
            )
        self.check(as_array(x), y)
        style = as_array(style, "style").astype("float32")
        self.check(style, style_y)

        def restyled(x, y, style, style_y):
            z, w = self.code(x, y)[..., self.parts["z"]], self.code(style, style_y)[..., self.parts["w"]]
            return self.observation(ops.concatenate([z, w], axis=-1), style_y).mean

        return self.batched("restyle", restyled, x, y, style, style_y, batch_size=batch_size)


def _check_rows(y, n: int) -> None:
    if len(y) != n:
        raise UserError(f"Expected {n} labels, one for each row. Received: {len(y)}.")
