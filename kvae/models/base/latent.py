"""What every model with a code offers: NumPy in, NumPy out."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kvae.capabilities import DECODER, DENSITY, POSTERIOR, UNIT_KL
from kvae.distributions import Normal, kl, kl_per_unit
from kvae.distributions.checks import check_shape
from kvae.distributions.likelihoods import LOG_SCALES
from kvae.errors import UserError
from kvae.training import Model


def gaussian(h) -> Normal:
    """A net's output (B, 2D) as N(μ, σ²) over (B, D): the first half is μ, the second log σ, kept in [−7, 7]."""
    loc, log_scale = ops.split(h, 2, axis=-1)
    return Normal(loc, ops.clip(log_scale, *LOG_SCALES))


def observe(likelihood, decoder, z, training: bool = False):
    """p(x|z) of codes (…, D). Leading axes are folded into one, so that K samples of B codes are one call of the net."""
    if len(z.shape) == 2:
        return likelihood(decoder(z, training=training))
    *samples, codes, units = ops.shape(z)
    h = decoder(ops.reshape(z, (-1, units)), training=training)  # (…, B, D) -> (… · B, D) -> (… · B, *h)
    return likelihood(ops.reshape(h, (*samples, codes, *h.shape[1:])), batch_axes=len(z.shape) - 1)


class LatentModel(Model):
    """A model p(x|z) with a way from x to z; or, for a model that takes labels y, all of it given y.

    A subclass has `encoder`, `decoder`, `likelihood` and, with `given` = () or (y,):

        observation(z, *given, training)    p(x|z), for codes (…, D)
        posterior(x, *given, training)      q(z|x), with `prior(*given)`, p(z): distributions over z
        code(x, *given, training)           z itself, where it is deterministic and there is no posterior
    """

    latent_layers = 1
    """How many layers of latent units there are; with more than one, `posterior` is that of the layer next to x, and
    `prior` that of the layer farthest from it."""

    decodes_without_labels = False
    """Whether a model of x given y decodes codes without y."""

    capabilities = frozenset({DECODER, POSTERIOR, DENSITY, UNIT_KL})

    def check_nets(self, codes: int) -> None:
        """Raises unless encoder and decoder fit the likelihood and each other.

        `codes` is how many numbers per latent unit the encoder returns: 1 for a point, 2 for a Gaussian. A decoder with
        too few channels would otherwise be broadcast against the data without a word.
        """
        *sides, channels = self.data_shape
        self.check_net("decoder", (*sides, channels * self.likelihood.outputs))
        self.check_net("encoder", (codes * self.latent_shape[-1],))

    def check_net(self, name: str, outputs, inputs=None, net=None) -> None:
        """Raises unless the net called `name` has outputs, and inputs where given, of these shapes: one, or a list."""
        net = net or getattr(self, name)
        for side, expected, found in (("outputs", outputs, net.output_shape), ("inputs", inputs, net.input_shape)):
            found = [shape[1:] for shape in found] if isinstance(found, list) else found[1:]
            if expected is not None and found != expected:
                raise UserError(
                    f"Expected the {name}'s {side} to have the shape {expected}, for data {self.data_shape}, "
                    f"{self.latent_shape[-1]} latent units and {self.likelihood}. Received: shape={found}."
                )

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one x."""
        shape = self.encoder.input_shape
        return tuple((shape[0] if isinstance(shape, list) else shape)[1:])

    @property
    def latent_shape(self) -> tuple[int, ...]:
        return tuple(self.decoder.input_shape[1:])

    @property
    def parts(self) -> dict[str, slice]:
        """The code's parts by name: one, unless some units have a task of their own."""
        return {"z": slice(None)}

    def check(self, x, y=None):
        if isinstance(x, Mapping):
            raise UserError(f"Expected x to be one array. Received: a dict of {sorted(x)}.")
        check_shape(x, "x", self.data_shape)
        self.likelihood.check(x)
        super().check(x, y)

    def check_code(self, z, y=None):
        """Raises `UserError` unless the array `z` holds codes that can be decoded, given y."""
        if y is not None or not self.decodes_without_labels:
            self.expect(y)
        check_shape(z, "z", self.latent_shape)

    def code(self, x, *given, training=False):
        """The point that stands for x: the posterior's mean."""
        return self.posterior(x, *given, training=training).mean

    def call(self, x, training=False):
        """x, or (x, y), through its code and back: the mean of p(x|z)."""
        x, *given = x if isinstance(x, tuple | list) else (x,)
        self.expect(*given)
        return self.observation(self.code(x, *given, training=training), *given, training=training).mean

    def draw(self, noise, n: int, temperature: float = 1.0):
        """`n` codes from the prior, whose standard deviation `temperature` scales: (n, D)."""
        return self.prior().sample(noise, (n,)) * temperature

    def importance_terms(self, x, *given, noise, samples: int, training=False):
        """log p(x|z_k) and log p(z_k) − log q(z_k|x) of K draws z_k ~ q(z|x): (K, B) each, in nats."""
        qz = self.posterior(x, *given, training=training)
        z = qz.sample(noise, (samples,))  # (K, B, D)
        log_px = self.observation(z, *given, training=training).log_prob(x)
        return log_px, self.prior(*given).log_prob(z) - qz.log_prob(z)

    def log_weights(self, x, *given, noise, samples: int, training=False):
        """log p(x, z_k) − log q(z_k|x) of K draws z_k ~ q(z|x): (K, B), in nats. Their mean is the ELBO in expectation."""
        log_px, log_ratio = self.importance_terms(x, *given, noise=noise, samples=samples, training=training)
        return log_px + log_ratio

    def rate_and_distortion(self, x, *given, noise, samples: int = 1):
        """KL(q(z|x) ‖ p(z)) and −1/K Σ_k log p(x|z_k): (B,) each, in nats."""
        qz = self.posterior(x, *given)
        log_px = self.observation(qz.sample(noise, (samples,)), *given).log_prob(x)  # (K, B)
        return kl(qz, self.prior(*given)), -ops.mean(log_px, axis=0)

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def encode(self, x, *given, batch_size: int = 256) -> np.ndarray:
        """Codes of `x` (N, …): the posterior means (N, D)."""
        self.check(np.asarray(x), *given)
        return self.batched("code", self.code, x, *given, batch_size=batch_size)

    def posterior_parameters(self, x, *given, batch_size: int = 256) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of q(z|x), (N, D) each."""
        self.check(np.asarray(x), *given)

        def parameters(*data):
            qz = self.posterior(*data)
            return qz.mean, ops.exp(qz.log_scale)

        return self.batched("posterior_parameters", parameters, x, *given, batch_size=batch_size)

    def rate_per_unit(self, x, *given, batch_size: int = 256) -> np.ndarray:
        """KL(q(z_j|x) ‖ p(z_j)) of every unit: (N, D), in nats. For one layer of latent units."""
        self.check(np.asarray(x), *given)

        def rates(x, *given):
            return kl_per_unit(self.posterior(x, *given), self.prior(*given))

        return self.batched("rate_per_unit", rates, x, *given, batch_size=batch_size)

    def decode(self, z, *given, batch_size: int = 256) -> np.ndarray:
        """The mean of p(x|z) for codes `z` (N, D): (N, …), in the range of the data."""
        self.check_code(np.asarray(z), *given)
        return self.batched("decode", lambda *code: self.observation(*code).mean, z, *given, batch_size=batch_size)

    def reconstruct(self, x, *given, batch_size: int = 256) -> np.ndarray:
        """`x` (N, …) through its code and back."""
        self.check(np.asarray(x), *given)

        def there_and_back(x, *given):
            return self.observation(self.code(x, *given), *given).mean

        return self.batched("reconstruct", there_and_back, x, *given, batch_size=batch_size)

    def sample(self, n: int, seed: int | None = None, temperature: float = 1.0, batch_size: int = 256) -> np.ndarray:
        """`n` draws z ~ p(z), decoded to the mean of p(x|z): (n, …).

        `temperature` scales the prior's standard deviation. The same `seed` gives the same pictures on one backend.
        """
        if POSTERIOR not in self.capabilities:
            raise UserError(
                f"Expected a model with a prior. Received: {type(self).__name__}, which has none to sample from. "
                "Train a VAE, or decode codes of your own with decode(z)."
            )
        z = self.draw(keras.random.SeedGenerator(seed), n, temperature)
        return self.decode(ops.convert_to_numpy(z), batch_size=batch_size)
