"""Parameters of a recipe: their types, their values as text, and the ranges that a search varies."""

import dataclasses
import inspect
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt

from kvae.errors import UserError
from kvae.files import expanded
from kvae.recipes.space import Between, OneOf, Space

Count = Annotated[int, Ge(1)]
"""An integer of 1 or more."""

Positive = Annotated[float, Gt(0)]
"""A number above 0."""

NonNegative = Annotated[float, Ge(0)]
"""A number of at least 0."""

Limit = Count | None
"""Largest number of examples of each part of the data (`kvae.data.load`), or None for all of them."""

Width = Annotated[int, Ge(2)]
"""Number of channels of the first convolution, at least 2 because some networks halve it."""


@dataclasses.dataclass(frozen=True)
class Resolved:
    """A mark of a text that is a path. The value of the parameter is the absolute path, which is valid in any folder."""

    def __get_pydantic_core_schema__(self, source, handler):
        from pydantic_core import core_schema

        def resolve(text: str) -> str:
            return str(expanded(text).resolve())

        return core_schema.no_info_after_validator_function(resolve, handler(source))


FilePath = Annotated[str, Resolved()]
"""Path of a file or folder."""

Upsampling = Literal["deconv", "nearest", "bilinear"]
"""Ways to double the height and the width of a feature map (`kvae.networks.conv_decoder`)."""

ImageLikelihood = Literal[
    "bernoulli", "continuous_bernoulli", "normal", "optimal_normal", "laplace", "logistic", "logistic_mixture"
]
"""Names of likelihoods for images in [0, 1] (`kvae.distributions.likelihoods`)."""


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One setting of a recipe.

    Args:
        name: dotted name, such as "model.latent".
        annotation: type, without the range.
        default: value of the parameter if it is not set.
        space: range that a search varies, or None.
    """

    name: str
    annotation: Any
    default: Any
    space: Space | None = None

    @property
    def type_name(self) -> str:
        """The type in words, such as "int, 1 or more"."""
        return _type_name(self.annotation)

    def parse(self, value: Any) -> Any:
        """Return `value`, which may be a text from the command line, converted to the type of the parameter.

        Raises `UserError` if that is not possible.
        """
        from pydantic import ConfigDict, TypeAdapter, ValidationError  # its import takes longer than `kvae list`

        try:
            adapter = TypeAdapter(self.annotation, config=ConfigDict(allow_inf_nan=False))
            return adapter.validate_python(self._from_text(value))
        except ValidationError as error:
            raise UserError(
                f"Expected {self.name} of type {self.type_name}. Received: {self.name}={value!r}."
            ) from error

    def _from_text(self, value):
        if _is_tuple(self.annotation) and isinstance(value, list):
            return tuple(value)
        if not isinstance(value, str):
            return value
        if _is_tuple(self.annotation):
            return tuple(part.strip() for part in value.strip("()[] ").split(",") if part.strip())
        if get_origin(self.annotation) is Literal:
            return {str(choice): choice for choice in get_args(self.annotation)}.get(value, value)
        return None if value.lower() == "none" else value


def parameters_of(function: Callable, prefix: str = "") -> dict[str, Parameter]:
    """Return {`prefix` + name: parameter} of the arguments of `function` that have defaults."""
    found = {}
    for argument in inspect.signature(function).parameters.values():
        if argument.default is inspect.Parameter.empty:
            continue
        annotation = argument.annotation
        if annotation is inspect.Parameter.empty:
            annotation = type(argument.default)
        name = prefix + argument.name
        found[name] = Parameter(name, *_without_range(annotation, argument.default))
    return found


def _without_range(annotation, default) -> tuple:
    """Split an annotation into (type, default, range)."""
    if get_origin(annotation) is not Annotated:
        return annotation, default, None
    base, *metadata = get_args(annotation)
    space = next((item for item in metadata if isinstance(item, Between | OneOf)), None)
    limits = tuple(item for item in metadata if not isinstance(item, Between | OneOf))
    return (Annotated[(base, *limits)] if limits else base), default, space


def _type_name(annotation) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        base, *limits = arguments
        return _type_name(base) + "".join(map(_limit, limits))
    if origin is Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if origin in (Union, types.UnionType):
        return ", or ".join("none" if choice is types.NoneType else _type_name(choice) for choice in arguments)
    if origin is tuple:
        return f"{_plural(arguments[0])}, separated by commas"
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _limit(limit) -> str:
    if isinstance(limit, Ge):
        return f", {limit.ge} or more"
    return f" above {limit.gt}" if isinstance(limit, Gt) else ""


def _plural(annotation) -> str:
    if annotation is str:
        return "texts"
    kind, comma, limit = _type_name(annotation).partition(", ")
    return f"{kind}s" + (f" of {limit}" if comma else "")


def _is_tuple(annotation) -> bool:
    return annotation is tuple or get_origin(annotation) is tuple
