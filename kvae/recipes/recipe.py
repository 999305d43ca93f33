"""What a recipe is: data, a model and its training, as three functions of one module.

A recipe file holds

    def data(…) -> kvae.data.Dataset
    def model(dataset, …) -> kvae.models.…
    def training(…) -> Training

and a docstring that states what it shows, its source, the figures to expect, their cost and the command. The keyword
arguments of the three functions, with their defaults and annotations, are the recipe's parameters: `data.size`,
`model.latent`, and those of `training` by their bare names. Importing a recipe imports no Keras; running it does.
"""

import ast
import dataclasses
import importlib.util
import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt

from kvae.errors import UserError
from kvae.suggest import hint

if TYPE_CHECKING:
    from kvae.training.schedules import Schedule
    from kvae.tuning.search import Search

Count = Annotated[int, Ge(1)]
Positive = Annotated[float, Gt(0)]
NonNegative = Annotated[float, Ge(0)]

TYPES = {
    Count: "int, 1 or more",
    Positive: "float above 0",
    NonNegative: "float, 0 or more",
    tuple[Count, ...]: "ints of 1 or more, comma between",
}
"""What a user is told of a parameter's type, where Python's own name does not say it."""

PREFIXES = {"data": "data.", "model": "model.", "training": ""}


@dataclasses.dataclass(frozen=True)
class Training:
    """How a recipe fits its model.

    Args:
        epochs: passes through the training split.
        batch_size: examples in a batch.
        optimizer: what `Model.compile` takes: one optimizer, or one for each player.
        learning_rate: factor of every player's learning rate, by epoch; or {player: its own}, others keep their rate.
        anneal: schedules of variables of the model, by name.
        labels: whether batches are (x, y) or x alone.
        transform: (x, rng) -> x for every batch, such as random binarisation: drawn anew whenever training sees an
            example, once for all where it is held out.
        repeats: how often an example stands in its turn, for a model that learns from rounds of turns.
        periods: split -> a number for each example that rounds hold beside it, −1 where unknown.
        callbacks: further Keras callbacks, called before an epoch is recorded. What they remember from one epoch to the
            next would be lost when a run is resumed.
        pictures_every: epochs between two sets of pictures.
        brighten: whether pictures show faint pixels brighter.
    """

    epochs: int
    batch_size: int
    optimizer: Any = "adam"
    learning_rate: "Schedule | Mapping[str, Schedule] | None" = None
    anneal: "Mapping[str, Schedule]" = dataclasses.field(default_factory=dict)
    labels: bool = False
    transform: Callable | None = None
    repeats: int = 1
    periods: Callable | None = None
    callbacks: Sequence = ()
    images_every: int = 1
    brighten: bool = False

    def __post_init__(self):
        for name in ("epochs", "batch_size", "images_every"):
            if getattr(self, name) < 1:
                raise UserError(f"Expected {name} of at least 1. Received: {name}={getattr(self, name)}.")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One setting of a recipe: its dotted name, type and default."""

    name: str
    annotation: Any
    default: Any

    @property
    def type_name(self) -> str:
        if self.annotation in TYPES:
            return TYPES[self.annotation]
        if get_origin(self.annotation) is Literal:
            return f"one of {', '.join(map(str, get_args(self.annotation)))}"
        if isinstance(self.annotation, type) and not hasattr(self.annotation, "__args__"):
            return self.annotation.__name__
        return str(self.annotation).replace("typing.", "")

    def parse(self, value: Any) -> Any:
        """`value`, perhaps a text from the command line, as this parameter's type."""
        from pydantic import (
            ConfigDict,
            TypeAdapter,
            ValidationError,
        )  # takes longer to import than `kvae list` to run

        if isinstance(value, str):
            if _is_tuple(self.annotation):
                value = tuple(part.strip() for part in value.strip("()[] ").split(",") if part.strip())
            elif get_origin(self.annotation) is Literal:
                value = {str(choice): choice for choice in get_args(self.annotation)}.get(value, value)
            elif value.lower() == "none":
                value = None
        elif _is_tuple(self.annotation) and isinstance(value, list):
            value = tuple(value)
        try:
            return TypeAdapter(self.annotation, config=ConfigDict(allow_inf_nan=False)).validate_python(value)
        except ValidationError as error:
            raise UserError(
                f"Expected {self.name} of type {self.type_name}. Received: {self.name}={value!r}."
            ) from error


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A named recipe: the module's functions behind one door."""

    name: str
    module: ModuleType
    file: Path

    @property
    def summary(self) -> str:
        return summary(self.file)

    @property
    def docstring(self) -> str:
        return inspect.cleandoc(self.module.__doc__ or "")

    @property
    def folder(self) -> Path:
        """Where its runs and searches are kept: by its name, of a user's own recipe that of its file."""
        return Path(self.file.stem if self.name.endswith(".py") else self.name)

    def parameters(self) -> dict[str, Parameter]:
        """All settings by dotted name, in the order data, model, training."""
        return {
            prefix + p.name: Parameter(prefix + p.name, _annotation(p), p.default)
            for function, prefix in PREFIXES.items()
            for p in inspect.signature(getattr(self.module, function)).parameters.values()
            if p.default is not inspect.Parameter.empty
        }

    def resolve(self, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Every parameter's value: the defaults, overwritten by `settings`, which are typed by the signature."""
        known = self.parameters()
        values = {name: parameter.default for name, parameter in known.items()}
        for name, value in (settings or {}).items():
            if name not in known:
                raise UserError(
                    f"Expected a parameter of {self.name}. Received: {name}={value}.{hint(name, known)} "
                    f"Known: {', '.join(known)}."
                )
            values[name] = known[name].parse(value)
        return values

    def data(self, values: Mapping[str, Any]):
        """The data set under resolved `values`."""
        return self.module.data(**self._arguments("data", values))

    def model(self, dataset, values: Mapping[str, Any]):
        """The untrained model for `dataset` under resolved `values`."""
        return self.module.model(dataset, **self._arguments("model", values))

    def training(self, values: Mapping[str, Any]) -> Training:
        """How it is fitted under resolved `values`."""
        return self.module.training(**self._arguments("training", values))

    @property
    def declares_search(self) -> bool:
        return hasattr(self.module, "search")

    def search(self) -> "Search":
        """What a search over its settings varies and aims at, as the recipe declares it."""
        if not self.declares_search:
            raise UserError(
                f"Expected a recipe that declares search(). Received: {self.name}, which does not. "
                "Say what to vary: --vary NAME=LOW:HIGH"
            )
        return self.module.search()

    def _arguments(self, function: str, values):
        prefix = PREFIXES[function]
        names = inspect.signature(getattr(self.module, function)).parameters
        return {name: values[prefix + name] for name in names if prefix + name in values}


def summary(file: Path) -> str:
    """The first line of a recipe's docstring, read without running the file."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.split("\n", 1)[0]


def from_file(path: Path, name: str | None = None) -> Recipe:
    """The recipe in a user's own file. Raises `UserError` when it is not one."""
    spec = importlib.util.spec_from_file_location(f"kvae_recipe_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise UserError(f"Expected a Python file. Received: {path}, line {error.lineno}: {error.msg}.") from error
    except Exception as error:  # whatever a user's own code may raise
        line = next(
            (f.lineno for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == str(path)), 0
        )
        raise UserError(
            f"Expected a recipe that can be imported. Received: {path}, line {line}: {type(error).__name__}: {error}."
        ) from error
    missing = [function for function in PREFIXES if not callable(getattr(module, function, None))]
    if missing:
        raise UserError(
            f"Expected a recipe to define data(), model(dataset) and training(). Received: {path}, "
            f"which lacks {', '.join(missing)}."
        )
    return Recipe(name or str(path), module, path)


def _annotation(parameter: inspect.Parameter):
    if parameter.annotation is not inspect.Parameter.empty:
        return parameter.annotation
    return type(parameter.default)


def _is_tuple(annotation) -> bool:
    return annotation is tuple or get_origin(annotation) is tuple
