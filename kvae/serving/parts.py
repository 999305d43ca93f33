"""The deterministic networks of a trained model, with the shapes and the ranges of their inputs and outputs."""

import dataclasses
from collections.abc import Callable, Sequence

import keras
from keras import ops

from kvae.capabilities import CLASSIFIER, DECODER, POSTERIOR, STRENGTH, TRANSLATION, TWO_WAY
from kvae.distributions import StandardNormal
from kvae.distributions.posteriors import InverseAutoregressivePosterior
from kvae.errors import UserError

ANY = "any real number"


@dataclasses.dataclass(frozen=True)
class Array:
    """An input or an output of a network.

    shape: its shape without the batch axis.
    values: its range, in words.
    """

    name: str
    shape: tuple[int, ...]
    values: str
    dtype: str = "float32"


@dataclasses.dataclass(frozen=True)
class Part:
    """A network of a trained model: a function of tensors without random numbers.

    name: "encoder", "decoder", "classifier" or "translator".
    function: function of the inputs, which returns a tuple of the outputs.
    """

    name: str
    inputs: Sequence[Array]
    outputs: Sequence[Array]
    function: Callable

    def network(self, model) -> keras.Model:
        """Return the network as a Keras model that holds the weights of `model`, for `keras.Model.export`."""
        return Network(model, self.function, name=self.name)

    def signature(self, batch: int | None) -> list:
        """Return the specification of the inputs, as `keras.Model.export` takes it, for a batch of this or of any size."""
        specs = [keras.InputSpec(array.dtype, (batch, *array.shape), name=array.name) for array in self.inputs]
        return specs if len(specs) == 1 else [specs]


class Network(keras.Model):
    """A function of a trained model's tensors as a Keras model with one input, or a list of inputs."""

    def __init__(self, trained, function, name):
        super().__init__(name=name)
        self.trained, self.function = trained, function
        for layer in trained._flatten_layers():
            if isinstance(layer, keras.layers.Normalization):  # tf2onnx would make its tensors inputs of the network
                layer.mean, layer.variance = (ops.convert_to_numpy(array) for array in (layer.mean, layer.variance))
        self.built = True

    def call(self, inputs, training=False):
        return self.function(*(inputs if isinstance(inputs, list | tuple) else (inputs,)))


def parts_of(model) -> list[Part]:
    """Return the networks of a trained model: encoder and decoder, a translator, or a classifier.

    The encoder of a model with a posterior returns the mean and the logarithm of the standard deviation of q(z|x), and
    any other encoder the code z. The decoder returns the mean of p(x|z). If the model takes labels, y is a second input
    of the networks that depend on it. A translator returns the translation that is drawn without random numbers. If the
    model translates in both directions, y is the domain of x. A model that decodes and translates in both directions has
    all three networks.

    Raises:
        UserError: the mean of the posterior has no closed form.
    """
    if CLASSIFIER in model.capabilities:
        x = Array("x", model.data_shape, "[0, 1]")
        y = Array("probabilities", (model.labels.units,), "[0, 1]")
        return [Part("classifier", [x], [y], _only(model))]
    decodes = DECODER in model.capabilities
    translates = TRANSLATION in model.capabilities and (TWO_WAY in model.capabilities or not decodes)
    if not (decodes or translates):
        raise UserError(
            f"Expected a classifier, or a model that decodes or translates. Received: {type(model).__name__}."
        )
    coders = [_encoder(model), _decoder(model)] if decodes else []
    return [*coders, _translator(model)] if translates else coders


def _encoder(model) -> Part:
    inputs = [_data(model), *_labels(model)]
    if POSTERIOR not in model.capabilities:
        code = Array("z", model.latent_shape, ANY)
        return Part("encoder", inputs, [code], lambda *data: (model.code(*data),))
    if isinstance(model.posterior_family, InverseAutoregressivePosterior):
        raise UserError(
            "Expected a posterior whose mean has a closed form. Received: InverseAutoregressivePosterior. Its mean is "
            "estimated from draws, which a network without random numbers cannot do."
        )

    def moments(*data):
        qz = model.posterior(*data)
        return qz.mean, ops.log(qz.stddev)

    outputs = [Array("mean", model.latent_shape, ANY), Array("log_sigma", model.latent_shape, ANY)]
    return Part("encoder", inputs, outputs, moments)


def _decoder(model) -> Part:
    code = Array("z", model.latent_shape, _prior_of(model))
    labels = [] if "y" not in model.batch_spec or model.decodes_without_labels else _labels(model)
    unbounded = model.likelihood.support == "real"
    image = Array("x_mean", model.data_shape, ANY if unbounded else "[0, 1]")
    return Part("decoder", [code, *labels], [image], lambda *inputs: (model.observation(*inputs).mean,))


def _translator(model) -> Part:
    domain = [_label(model)] if TWO_WAY in model.capabilities else []
    strength = [Array("strength", (), "0 for a reconstruction, 1 for a translation")]
    more = [*domain, *(strength if STRENGTH in model.capabilities else [])]
    image = Array("y_hat", model.data_shape if domain else model.target_shape, "[0, 1]")
    return Part("translator", [Array("x", model.data_shape, "[0, 1]"), *more], [image], _only(model.translation))


def _only(function: Callable) -> Callable:
    """Return a function whose result is a tuple of one tensor."""
    return lambda *inputs: (function(*inputs),)


def _prior_of(model) -> str:
    """Return the range of latent codes, and their distribution if they are drawn from a standard normal one."""
    if POSTERIOR not in model.capabilities or model.latent_layers > 1 or "w" in model.parts:
        return ANY
    return f"{ANY}, standard normal for samples" if isinstance(model.prior_family, StandardNormal) else ANY


def _data(model) -> Array:
    support = model.likelihood.support
    values = {"real": ANY, "unit": "[0, 1]"}.get(support) or f"[0, 1], in {model.likelihood.levels} levels"
    return Array("x", model.data_shape, values)


def _labels(model) -> list[Array]:
    """Return y as the model takes it, [] for a model without labels."""
    return [_label(model)] if "y" in model.batch_spec else []


def _label(model) -> Array:
    """Return a label, or a domain, as the model takes it."""
    example = model.labels.cycle(1)
    values = f"a class, 0 to {model.labels.units - 1}" if model.labels.exclusive else "0 or 1 for each attribute"
    return Array("y", example.shape[1:], values, str(example.dtype))
