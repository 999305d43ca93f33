"""A recipe: data, a model and its training, as three functions of one module.

A recipe file holds

    def data(…) -> kvae.data.Dataset
    def model(dataset, …) -> kvae.models.…
    def training(…) -> Training

and a docstring in the form of `kvae.recipes.docstring`. The keyword arguments of the three functions, with their
annotations and defaults, are the parameters of the recipe: `data.size`, `model.latent`, and those of `training` without
a prefix. A search varies the parameters whose annotations hold a range, such as
`latent: Annotated[Count, Between(32, 256, log=True)] = 128`. Importing a recipe does not import Keras; running it does.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kvae.errors import UserError, printable
from kvae.recipes import docstring, renamed
from kvae.recipes.parameters import Parameter, parameters_of
from kvae.recipes.trust import is_recipe_file
from kvae.suggest import hint

if TYPE_CHECKING:
    from kvae.training import BestEpoch
    from kvae.training.schedules import Schedule

PREFIXES = {"data": "data.", "model": "model.", "training": ""}
"""Prefix of the parameters of each function of a recipe."""


@dataclasses.dataclass(frozen=True)
class Training:
    """The training of a recipe: epochs, batches, optimizer and schedules.

    Args:
        epochs: number of epochs. An epoch is one pass through the training split, or several (`min_steps`).
        batch_size: number of examples in a batch.
        optimizer: one optimizer, or {player: optimizer}, as `Model.compile` takes it.
        learning_rate_schedule: factor of every player's learning rate by epoch; or {player: factor}, where players
            without a factor keep their rate.
        anneal: {name of a Keras variable of the model, such as "beta": schedule}.
        transform: function (x, rng) -> x of the examples, such as random binarisation. In training its random numbers
            are drawn anew whenever an example is used, for held-out examples only once. If y is an image, it is
            transformed with the same random numbers.
        repeats: number of times each example is repeated within a batch, for a model that learns from rounds.
        periods: function split -> number of the period of each example, −1 if unknown, for a model that learns from
            rounds with periods.
        callbacks: further Keras callbacks. They are called before an epoch is recorded. A resumed run loses any state
            that they keep between epochs.
        images_every: number of epochs between two sets of images.
        brighten: True if saved images show faint pixels brighter.
        min_steps: fewest training steps in an epoch. An epoch passes through a small data set several times.
        freeze: names of networks of the model that keep their weights, such as "encoder".
        steps_per_execution: training steps that run without returning to Keras and its callbacks. For the short steps of
            dense networks, 20 is faster than 1 (`python -m benchmarks.steps_per_execution`). Results are the same.
        features: classifier (preset or run), or another network that `kvae evaluate --features` takes. The kernel distance
            of as many samples from the prior as monitored examples is then measured after each epoch, as "val_kernel".
        best_epoch: rule by which the weights of one epoch become those of the final model, and training may stop early;
            None to train all epochs and keep the last one.
        augment: function (x, rng) -> x that is applied to training examples alone, before `transform`, such as
            `kvae.data.Jitter`.
    """

    epochs: int
    batch_size: int
    optimizer: Any = "adam"
    learning_rate_schedule: "Schedule | Mapping[str, Schedule] | None" = None
    anneal: "Mapping[str, Schedule]" = dataclasses.field(default_factory=dict)
    transform: Callable | None = None
    repeats: int = 1
    periods: Callable | None = None
    callbacks: Sequence = ()
    images_every: int = 1
    brighten: bool = False
    min_steps: int = 1
    freeze: Sequence[str] = ()
    steps_per_execution: int = 1
    features: str | None = None
    best_epoch: "BestEpoch | None" = None
    augment: Callable | None = None

    def __post_init__(self):
        for name in ("epochs", "batch_size", "min_steps", "images_every", "steps_per_execution"):
            if getattr(self, name) < 1:
                raise UserError(f"Expected {name} of at least 1. Received: {name}={getattr(self, name)}.")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A recipe: a module with three functions, and its name.

    Args:
        name: `<dataset>/<model>`, or the path of a user's file.
        module: module with the functions `data`, `model` and `training`.
        file: file of the module.
        code: contents of the file when it was run.
    """

    name: str
    module: ModuleType
    file: Path
    code: bytes

    def __repr__(self):
        return printable(f"<Recipe {self.name}: {self.summary}>")

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return docstring.summary(self.file)

    @property
    def docstring(self) -> str:
        """The whole docstring."""
        return inspect.cleandoc(self.module.__doc__ or "")

    @property
    def source(self) -> str | None:
        """The publication that the recipe follows, on one line; None if the docstring names none."""
        return docstring.source(self.docstring)

    @property
    def folder(self) -> Path:
        """Path of the recipe's runs, relative to `runs`, and of its searches, relative to `runs/search`.

        It is the name of the recipe, or the stem of a user's file.
        """
        return Path(self.file.stem if is_recipe_file(self.name) else self.name)

    def parameters(self) -> dict[str, Parameter]:
        """Return all parameters by dotted name, in the order data, model, training."""
        found = {}
        for function, prefix in PREFIXES.items():
            found |= parameters_of(getattr(self.module, function), prefix)
        return found

    def resolve(self, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the value of every parameter: its default, or the one in `settings`.

        Raises:
            UserError: a name is unknown or was renamed, or a value has the wrong type.
        """
        known = self.parameters()
        values = {name: parameter.parse(parameter.default) for name, parameter in known.items()}
        for name, value in (settings or {}).items():
            if name not in known:
                raise UserError(self._unknown(name, value, known))
            try:
                values[name] = known[name].parse(value)
            except UserError as error:
                if note := renamed.note(self.name, name):
                    raise UserError(f"{error} {note}") from error
                raise
        return values

    def values_of(self, config: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the value of every parameter of a run or a preset with this configuration, or those in `settings`.

        Parameters of version 0.1.0 are translated (`kvae.recipes.renamed`).
        """
        return self.resolve({**renamed.present(self.name, config), **(settings or {})})

    def data(self, values: Mapping[str, Any]):
        """Return the data set for resolved `values`."""
        return self.module.data(**self._arguments("data", values))

    def model(self, dataset, values: Mapping[str, Any]):
        """Return the untrained model of `dataset` for resolved `values`."""
        return self.module.model(dataset, **self._arguments("model", values))

    def training(self, values: Mapping[str, Any]) -> Training:
        """Return the settings of the training for resolved `values`."""
        return self.module.training(**self._arguments("training", values))

    def _arguments(self, function: str, values):
        prefix = PREFIXES[function]
        names = inspect.signature(getattr(self.module, function)).parameters
        return {name: values[prefix + name] for name in names if prefix + name in values}

    def _unknown(self, name: str, value, known) -> str:
        if note := renamed.note(self.name, name):
            return f"Expected a parameter of {self.name}. Received: {name}={value}. {note}"
        return (
            f"Expected a parameter of {self.name}. Received: {name}={value}.{hint(name, known)} "
            f"Known: {', '.join(known)}."
        )
