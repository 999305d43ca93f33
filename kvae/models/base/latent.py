"""The base class of models with a latent code."""

import random
from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kvae.backends.arrays import as_array
from kvae.capabilities import DECODER
from kvae.distributions import Distribution, likelihoods
from kvae.distributions.checks import check_count, check_shape, check_weight
from kvae.errors import UserError
from kvae.latent.samplers import Sampler
from kvae.models.base.factors import observe
from kvae.training import Model
from kvae.training.seeds import generator_of


class LatentModel(Model):
    """A model with a latent code z = `code(x)` and a likelihood p(x|z).

    A model that takes labels y conditions both on y. A subclass sets `encoder` and `decoder` and defines `code`. Latent
    codes have the shape of the decoder's input: vectors (D,), or spatial codes (h, w, c). In all methods `condition` is
    () or (y,).
    """

    provides = frozenset({DECODER})
    """Capabilities of the class. `capabilities` adds or removes those that depend on the constructor's arguments."""

    decodes_without_labels = False
    """True if the decoder of a labelled model needs only z, False if it needs z and y."""

    encoder: keras.Model
    decoder: keras.Model

    def __init__(self, likelihood, **kwargs):
        super().__init__(**kwargs)
        self.likelihood = likelihoods.get(likelihood)

    @property
    def capabilities(self) -> frozenset[str]:
        return self.provides

    # ------------------------------------------------------------------ factors

    def observation(self, z, *condition, training: bool = False) -> Distribution:
        """Return p(x|z) for latent codes z of shape (…, B, *latent)."""
        return observe(self.likelihood, self.decoder_in(training), z, training)

    def decoder_in(self, training: bool) -> keras.Model:
        """Return the network that decodes in training, or otherwise."""
        return self.decoder

    def code(self, x, *condition, training: bool = False):
        """Return the latent code that represents x: (B, *latent)."""
        raise NotImplementedError

    def draw_code(self, x, *condition, seed):
        """Return a draw of the latent code of x: (B, *latent). Without a posterior it is `code(x)`."""
        return self.code(x, *condition)

    def code_units(self, *condition):
        """Return the location and the scale of the codes of examples with these labels.

        A sampler is a density of (z − location) / scale.
        """
        return 0.0, 1.0

    def sample_prior(self, seed, n: int, *condition, temperature: float = 1.0):
        """Raise `UserError`, because the model has no prior. Models with a prior override this method."""
        raise UserError(
            f"Expected a model with a prior, or a sampler. Received: {type(self).__name__}, which has no prior. "
            "Fit a sampler to its codes (kvae fit-sampler), or decode latent codes of your own with decode(z)."
        )

    def call(self, x, training=False):
        """Return the reconstruction of x, or of (x, y): the mean of p(x|z) at the latent code of x."""
        x, *condition = x if isinstance(x, tuple | list) else (x,)
        self.check_batch_spec(*condition)
        z = self.code(x, *condition, training=training)
        return self.observation(z, *condition, training=training).mean

    # ------------------------------------------------------------------ shapes

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one x."""
        shape = self.encoder.input_shape
        return tuple((shape[0] if isinstance(shape, list) else shape)[1:])

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """The shape of one latent code."""
        return tuple(self.decoder.input_shape[1:])

    @property
    def parts(self) -> dict[str, slice]:
        """The parts of a latent code by name, as slices of its last axis."""
        return {"z": slice(None)}

    def described(self):
        return {"latent_shape": self.latent_shape, "likelihood": self.likelihood}

    # ------------------------------------------------------------------ validation

    def check_networks(self) -> None:
        """Raise `UserError` unless encoder and decoder fit each other and the likelihood."""
        self.check_decoder()
        self.check_network("encoder", self.encoder, self.latent_shape)

    def check_decoder(self) -> None:
        """Raise `UserError` unless the decoder returns the parameters of the likelihood.

        A decoder with too few channels would otherwise be broadcast against the data without an error.
        """
        self.check_network("decoder", self.decoder, self.likelihood.outputs(self.data_shape))

    def check_network(self, name: str, net, outputs, inputs=None) -> None:
        """Raise `UserError` unless a network has the expected shapes of outputs and inputs.

        Args:
            name: the name of the network in the message.
            net: the network.
            outputs: the expected shape of the output without the batch axis, or a list of them for several outputs.
            inputs: the same for the inputs, or None if they are not checked.
        """
        for side, expected, found in (("outputs", outputs, net.output_shape), ("inputs", inputs, net.input_shape)):
            found = [shape[1:] for shape in found] if isinstance(found, list) else found[1:]
            if expected is not None and found != expected:
                raise UserError(
                    f"Expected the {name}'s {side} to have the shape {expected}, for data {self.data_shape}, "
                    f"latent codes {self.latent_shape} and {self.likelihood}. Received: shape={found}."
                )

    def check(self, x, y=None):
        if isinstance(x, Mapping):
            raise UserError(f"Expected x to be one array. Received: a dict of {sorted(x)}.")
        check_shape(x, "x", self.data_shape)
        self.likelihood.check(x)
        super().check(x, y)

    def check_code(self, z, y=None):
        """Raise `UserError` unless the array `z` holds latent codes that can be decoded, given y."""
        if y is not None or not self.decodes_without_labels:
            self.check_batch_spec(y)
        check_shape(z, "z", self.latent_shape)

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def encode(self, x, *condition, batch_size: int = 256) -> np.ndarray:
        """Return the latent codes of `x` (N, …): (N, *latent). If the model has a posterior, they are its means."""
        self.check(as_array(x), *condition)
        return self.batched("code", self.code, x, *condition, batch_size=batch_size)

    def decode(self, z, *condition, batch_size: int = 256) -> np.ndarray:
        """Return the mean of p(x|z) for latent codes `z` (N, *latent): (N, …), in the range of the data."""
        self.check_code(as_array(z, "z"), *condition)
        return self.batched("decode", lambda *code: self.observation(*code).mean, z, *condition, batch_size=batch_size)

    def sample(
        self,
        n: int,
        seed: int | None = None,
        temperature: float = 1.0,
        batch_size: int = 256,
        *,
        sampler: Sampler | None = None,
    ) -> np.ndarray:
        """Return `n` latent codes z ~ p(z), decoded to the mean of p(x|z): (n, …).

        With the same `seed` and backend the samples are the same.

        Args:
            n: number of samples.
            seed: seed of the draws.
            temperature: factor of the distance of the codes from the mean of the prior, or of the sampler.
            batch_size: number of codes that are decoded at a time.
            sampler: density of the latent codes, fitted after training (`kvae.latent.samplers`); by default the prior.
        """
        return self.decode(self.sample_codes(n, seed, temperature, sampler=sampler), batch_size=batch_size)

    def sample_codes(
        self, n: int, seed: int | None, temperature: float, *condition, sampler: Sampler | None = None
    ) -> np.ndarray:
        """Return `n` draws of the prior, or of a sampler, given the labels of each: (n, *latent)."""
        check_count(n, "n")
        check_weight(temperature, "temperature")
        if sampler is None:
            tensors = map(ops.convert_to_tensor, condition)
            return ops.convert_to_numpy(self.sample_prior(generator_of(seed), n, *tensors, temperature=temperature))
        if not isinstance(sampler, Sampler):
            raise UserError(
                f"Expected a Sampler, or None for the prior. Received: sampler={sampler!r}. A trained model knows its "
                "samplers by name: kvae.open_trained(…).sample(…)."
            )
        features = self.encoded_labels(*condition)
        sampler.check(self.latent_shape, 0 if features is None else features.shape[1])
        if seed is None:
            seed = random.randrange(2**32)  # `keras.utils.set_random_seed` fixes it
        units = self.code_units(*map(ops.convert_to_tensor, condition))
        location, scale = (np.asarray(ops.convert_to_numpy(unit), "float32") for unit in units)
        return location + scale * sampler.sample(n, features, seed=seed, temperature=temperature)

    def encoded_labels(self, *condition) -> np.ndarray | None:
        """Return the labels of examples as networks take them (N, A), or None if the model takes none."""
        return None

    def reconstruct(self, x, *condition, batch_size: int = 256) -> np.ndarray:
        """Return the reconstructions of `x` (N, …): the means of p(x|z) at the latent codes of x."""
        self.check(as_array(x), *condition)

        def reconstruction(x, *condition):
            return self.observation(self.code(x, *condition), *condition).mean

        return self.batched("reconstruct", reconstruction, x, *condition, batch_size=batch_size)
