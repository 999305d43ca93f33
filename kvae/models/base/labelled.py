"""What every model of labelled data offers: x given y, NumPy in, NumPy out."""

import keras
import numpy as np
from keras import ops

from kvae.capabilities import LABELS
from kvae.distributions import Normal, standard_normal
from kvae.errors import UserError
from kvae.models.base.latent import LatentModel


class LabelledModel(LatentModel):
    """A model p(x|z, y) or p(x, z|y) with a way from (x, y) to a code.

    A subclass has `labels`, and the methods of `LatentModel` take y behind x. Its `prior(y)` has a batch axis, that of y;
    `relabel(z, y)` is the code that stands for the same x with other labels. With `labels` None there is no y.
    """

    @property
    def seen(self):
        """The shapes of what a net takes that sees x, and y where there are labels."""
        return self.data_shape if self.labels is None else [self.data_shape, (self.labels.units,)]

    @property
    def batch_spec(self):
        return ("x",) if self.labels is None else ("x", "y")

    @property
    def capabilities(self):
        return self.provides if self.labels is None else self.provides | {LABELS}

    provides = LatentModel.capabilities
    """Capabilities without labels."""

    def check(self, x, y=None):
        super().check(x, y)
        if y is not None:
            self.labels.check(y)
            _check_rows(y, len(x))

    def check_code(self, z, y=None):
        """As for any model; and a code may be decoded with labels between two others, floats (N, units)."""
        super().check_code(z, y)
        if y is not None:
            self.labels.check_mixture(np.asarray(y))
            _check_rows(y, len(z))

    def relabel(self, z, y):
        """The code z with labels y in place of its own: unchanged where the labels are no part of the code."""
        return z

    def draw(self, noise, n, y=None, temperature=1.0):
        if y is None:
            return super().draw(noise, n, temperature)
        prior = self.prior(ops.convert_to_tensor(y))
        return prior.mean + temperature * (prior.sample(noise) - prior.mean)

    def sample(
        self, n: int, y=None, seed: int | None = None, temperature: float = 1.0, batch_size: int = 256
    ) -> np.ndarray:
        """`n` draws z ~ p(z|y), decoded to the mean of p(x|z, y): (n, …). `y` holds n labels, or one for all."""
        self.expect(y)
        given = () if y is None else (self.labels.spread(y, n),)
        z = self.draw(keras.random.SeedGenerator(seed), n, *given, temperature=temperature)
        return self.decode(ops.convert_to_numpy(z), *given, batch_size=batch_size)

    def transfer(self, x, y, new_y, amount: float = 1.0, batch_size: int = 256) -> np.ndarray:
        """`x` (N, …) with labels `y`, decoded with `new_y`, N labels or one for all, in their place: (N, …).

        An `amount` between 0 and 1 goes part of the way, from the reconstruction to the transfer: codes and labels are
        mixed linearly.
        """
        if self.labels is None:
            raise UserError(f"Expected a model of labelled data. Received: {type(self).__name__} without labels.")
        self.check(np.asarray(x), y)
        new_y = self.labels.spread(new_y, len(x))

        def transfer(x, y, new_y, amount):
            z, amount = self.code(x, y), amount[:, None]
            z = (1 - amount) * z + amount * self.relabel(z, new_y)
            return self.observation(z, (1 - amount) * self.labels.encode(y) + amount * self.labels.encode(new_y)).mean

        amounts = np.full(len(x), amount, "float32")  # an array, so that one compiled function serves all
        return self.batched("transfer", transfer, x, y, new_y, amounts, batch_size=batch_size)

    def encode_each(self, x, batch_size: int = 256) -> np.ndarray:
        """Codes of `x` (N, …), whose class need not be known, given each class in turn: (N, classes, D)."""
        if self.labels is None or not self.labels.exclusive:
            raise UserError(f"Expected a model of classes. Received: {type(self).__name__} with labels={self.labels}.")
        given = [np.full(len(x), number, "int32") for number in range(self.labels.units)]
        return np.stack([self.encode(x, y, batch_size=batch_size) for y in given], axis=1)

    def restyle(self, x, y, style, style_y, batch_size: int = 256) -> np.ndarray:
        """`x` (N, …), whose code takes what labels say (w) from that of `style` (N, …): (N, …).

        For models whose code has such a part, as `CSVAE` has. Raises `UserError` for others.
        """
        if "w" not in self.parts:
            raise UserError(
                f"Expected a model whose code has a part for labels, such as CSVAE. Received: {type(self).__name__}. "
                "Use transfer(x, y, new_y)."
            )
        self.check(np.asarray(x), y)
        self.check(np.asarray(style), style_y)

        def restyle(x, y, style, style_y):
            z, w = self.code(x, y)[..., self.parts["z"]], self.code(style, style_y)[..., self.parts["w"]]
            return self.observation(ops.concatenate([z, w], axis=-1), style_y).mean

        return self.batched("restyle", restyle, x, y, np.asarray(style, "float32"), style_y, batch_size=batch_size)


def _check_rows(y, n: int) -> None:
    if len(y) != n:
        raise UserError(f"Expected {n} labels, one for each row. Received: {len(y)}.")


def standard_prior(shape, *given):
    """N(0, 1) of codes of this shape; given labels, with their batch axis."""
    return Normal(ops.zeros((ops.shape(given[0])[0], *shape)), 0.0) if given else standard_normal(shape)


def conditioned(x, labels, *given):
    """What a net takes that sees x, or x and y."""
    return [x, *map(labels.encode, given)] if given else x


def concat_condition(z, labels, *given):
    """Codes z (…, B, D), with the labels of their examples behind them where these are given: (…, B, D + A)."""
    if not given:
        return z
    features = labels.encode(*given)
    features = ops.cast(features, z.dtype) + ops.zeros_like(z[..., :1])  # (B, A) + (…, B, 1) -> (…, B, A)
    return ops.concatenate([z, features], axis=-1)
