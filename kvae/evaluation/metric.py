"""The decorator that declares a function as a metric, and the registry of all metrics.

    @metric("elbo", needs={POSTERIOR, DENSITY}, quick=True, reports=("elbo", "elbo_se", "rate", "distortion"))
    def elbo(model, batches, *, seed: Seed = 0) -> dict[str, float]:
        ...

Every module of `kvae.evaluation` is imported with the package, so that a new metric is one new file. The decorator also
registers a metric that is defined elsewhere.
"""

import dataclasses
import fnmatch
import functools
import inspect
import re
import typing
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any

from kvae.capabilities import DECODER
from kvae.evaluation.requirements import require

METRICS: dict[str, "Metric"] = {}
"""All metrics by name: the quick ones first, then by file and by position in the file."""

SAMPLER = "{sampler}"
"""The part of a pattern in `reports` that represents the name of a sampler (`kvae.evaluation.samplers`)."""

Seed = Annotated[int, "Seed of the metric's random draws."]
Classifier = Annotated[Any, "Classifier that predicts the labels of images."]
ClassNames = Annotated[Any, "Names of the classifier's outputs, in order."]
TrainingBatches = Annotated[Any, "Batches of the training examples."]
FittedSampler = Annotated[Any, "Density of latent codes that was fitted after training, to compare with the prior."]


@dataclasses.dataclass(frozen=True)
class Option:
    """A keyword argument of one or several metrics.

    Args:
        name: name of the argument.
        type: its annotation, such as int or int | None. `Any` marks an object (a model, batches) that cannot be written
            as text.
        default: value when the argument is left out.
        help: description from `Annotated[type, "description"]`.
        metrics: names of the metrics that take the argument.
    """

    name: str
    type: Any
    default: Any
    help: str
    metrics: tuple[str, ...]


@dataclasses.dataclass(eq=False)
class Metric:
    """A function of a model and held-out batches that returns named values, and its declaration. See `metric`.

    A call checks the requirements first and raises `NotApplicable` for a model that lacks one.
    """

    name: str
    function: Callable[..., dict]
    needs: frozenset[str]
    quick: bool
    slow: bool
    default_for: frozenset[str] | None
    reports: tuple[str, ...]

    def __post_init__(self):
        functools.update_wrapper(self, self.function)

    def __call__(self, model, batches, **options) -> dict:
        require(model, self.needs)
        values = self.function(model, batches, **options)
        undeclared = [value for value in values if not self.pattern_of(value)]
        if undeclared:
            raise ValueError(f"Expected values among {self.reports} from {self.name}. Received: {undeclared}.")
        return values

    def is_set_by(self, names: Collection[str]) -> bool:
        """True if `names` of given options include the metric, or an option that no other metric has."""
        own = {name for name, option in options().items() if option.metrics == (self.name,)}
        return not own.isdisjoint(names) or self.name in names

    def is_default_for(self, model) -> bool:
        """True if `evaluate` computes the metric for this model when no metrics are named."""
        return self.default_for is not None and self.default_for <= model.capabilities

    def pattern_of(self, value: str) -> str:
        """Return the entry of `reports` that matches the name `value` most closely, or ""."""
        wildcards = {pattern: pattern.replace(SAMPLER, "*") for pattern in self.reports}
        matching = [pattern for pattern in self.reports if fnmatch.fnmatchcase(value, wildcards[pattern])]
        return max(matching, key=lambda pattern: (pattern == value, len(wildcards[pattern])), default="")

    def sampler_in(self, value: str) -> str:
        """Return the name of the sampler that the name `value` contains, or "" if it is not a value of samples.

        A reference, such as "held_out" in "frechet.distance.held_out", counts as a sampler.
        """
        pattern = re.escape(self.pattern_of(value)).replace(r"\*", ".*").replace(re.escape(SAMPLER), "([^.]*)")
        found = re.fullmatch(pattern, value, re.DOTALL)
        return found[1] if found and found.groups() else ""

    @property
    def options(self) -> dict[str, Option]:
        """Keyword arguments of the metric by name."""
        annotations = typing.get_type_hints(self.function, include_extras=True)
        parameters = inspect.signature(self.function).parameters.values()
        keywords = (parameter for parameter in parameters if parameter.kind == parameter.KEYWORD_ONLY)
        return {keyword.name: self._option(keyword, annotations.get(keyword.name, Any)) for keyword in keywords}

    def _option(self, keyword: inspect.Parameter, annotation) -> Option:
        kind, *texts = typing.get_args(annotation) if typing.get_origin(annotation) is Annotated else (annotation,)
        return Option(keyword.name, kind, keyword.default, " ".join(texts), (self.name,))


def metric(
    name: str,
    *,
    needs: Collection[str] = (DECODER,),
    quick: bool = False,
    slow: bool = False,
    default_for: Collection[str] | None = (DECODER,),
    reports: Collection[str],
) -> Callable[[Callable[..., dict]], Metric]:
    """Declare the decorated function as a metric and register it.

    The function takes a model and held-out batches, and options as keyword-only arguments. It returns a dict of values
    by name. A value that cannot be computed for this model or these data is a `NotApplicable` in its place.

    Args:
        name: name of the metric, unique in `METRICS`.
        needs: capabilities (`kvae.capabilities`) without which the metric cannot be computed.
        quick: True if the metric takes one pass through the data and trains nothing.
        slow: True if the metric may take many minutes. `evaluate` computes it only if asked.
        default_for: capabilities of the models for which the metric is computed when no metrics are named. None: the
            metric is computed only when it is named.
        reports: names of the values that the function returns. `*` matches any text, such as the name of a class, and
            `{sampler}` the name of the sampler of samples, such as "prior" or "mixture".
    """

    def declare(function: Callable[..., dict]) -> Metric:
        if name in METRICS:
            raise ValueError(f"Expected a new name for a metric. Received: {name}, which {METRICS[name].function} has.")
        audience = None if default_for is None else frozenset(default_for)
        declared = Metric(name, function, frozenset(needs), quick, slow, audience, tuple(reports))
        METRICS[name] = declared
        ordered = sorted(METRICS.items(), key=lambda item: _position(item[1]))
        METRICS.clear()
        METRICS.update(ordered)
        return declared

    return declare


def _position(declared: Metric) -> tuple:
    return not declared.quick, declared.function.__module__, declared.function.__code__.co_firstlineno


def reporting(value: str) -> Metric | None:
    """Return the metric that reports the value called `value`, such as "leakage.z", or None if no metric does.

    If several patterns match, the longest decides: "accuracy.transfer.Male" matches "accuracy.transfer.*" rather than
    "accuracy.*".
    """
    patterns = {declared: declared.pattern_of(value) for declared in METRICS.values()}
    matching = [declared for declared, pattern in patterns.items() if pattern]
    return max(matching, key=lambda declared: (patterns[declared] == value, len(patterns[declared])), default=None)


def options() -> Mapping[str, Option]:
    """Return the keyword arguments of all metrics by name. An argument that several metrics share is listed once.

    Raises `ValueError` if two metrics declare an argument of the same name differently.
    """
    merged: dict[str, Option] = {}
    for declared in METRICS.values():
        for name, option in declared.options.items():
            known = merged.get(name, option)
            if dataclasses.replace(known, metrics=()) != dataclasses.replace(option, metrics=()):
                raise ValueError(f"Expected one declaration of {name}. Received: {known} and {option}.")
            merged[name] = dataclasses.replace(
                known, metrics=(*(known.metrics if name in merged else ()), declared.name)
            )
    return merged
