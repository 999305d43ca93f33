"""The configuration of a model, made from the signature of its constructor."""

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar

import keras
from keras import ops

from kvae.errors import UserError
from kvae.upgrade import upgrade_arguments


class ArgumentsAsConfiguration:
    """A mixin for Keras models that keep every constructor argument in an attribute, by default of the same name.

    A scalar argument may be kept in a variable; its value is saved with the configuration.
    """

    stored_as: ClassVar[Mapping[str, str]] = {}
    """Attributes that hold constructor arguments, where their names differ: {argument: attribute}."""

    def __new__(cls, *args, **kwargs):
        given = inspect.signature(cls.__init__).bind_partial(None, *args, **kwargs).arguments
        for name, value in given.items():
            for net in keras.tree.flatten(value):
                if isinstance(net, keras.Model):
                    _check_shapes(name, net)
        return super().__new__(cls, *args, **kwargs)

    def arguments(self) -> dict[str, Any]:
        """Return the constructor arguments of this model by name."""
        names = [name for name in inspect.signature(type(self).__init__).parameters if name not in ("self", "kwargs")]
        return {name: getattr(self, self.stored_as.get(name, name)) for name in names}

    def networks(self) -> dict[str, keras.Layer]:
        """Return the constructor arguments that are Keras layers, by name.

        These are the networks of the model. Networks in a dict or a list are named "argument.key" or "argument.index".
        """
        found = {}
        for name, value in self.arguments().items():
            if isinstance(value, Mapping):
                found |= {f"{name}.{key}": part for key, part in value.items()}
            elif isinstance(value, list | tuple):
                found |= {f"{name}.{i}": part for i, part in enumerate(value)}
            else:
                found[name] = value
        return {name: value for name, value in found.items() if isinstance(value, keras.Layer)}

    def get_config(self) -> dict[str, Any]:
        values = {
            name: float(ops.convert_to_numpy(value)) if isinstance(value, keras.Variable) else value
            for name, value in self.arguments().items()
        }
        return {
            **super().get_config(),
            **{name: keras.saving.serialize_keras_object(value) for name, value in values.items()},
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = upgrade_arguments(keras.saving.get_registered_name(cls), config)
        return cls(**{k: keras.saving.deserialize_keras_object(v, custom_objects) for k, v in config.items()})


def _check_shapes(name: str, net: keras.Model) -> None:
    """Raise `UserError` unless a network has fixed shapes of its inputs and outputs."""
    try:
        _ = net.input_shape, net.output_shape
    except (AttributeError, ValueError):
        raise UserError(
            f"Expected {name} to be a network with known shapes. Received: {name} of type {type(net).__name__} without "
            "them. Begin a keras.Sequential with keras.Input(shape), or wrap the network: keras.Model(x, net(x))."
        ) from None
