"""Comparisons of trained models: one figure and the metrics of each."""

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kvae.capabilities import DECODER, LABELS
from kvae.errors import UserError
from kvae.evaluation.samplers import samples_of
from kvae.plots import comparison as plots
from kvae.recipes.trained_samples import TrainedSamples

logger = logging.getLogger(__name__)


def compare(models: Iterable[TrainedSamples], path: str | os.PathLike) -> dict[str, dict[str, Any]]:
    """Draw the curves, reconstructions and samples of several models in one figure, and return their metrics.

    Args:
        models: runs and presets, as `kvae.open_trained` opens them. A model that occurs twice is shown once.
        path: file of the figure (.png, .pdf or .svg).

    Returns:
        {short name: {"run", "recipe", "data", "likelihood", "samplers": names of those of the samples in the figure,
        "metrics": {name: value}}}.
    """
    models = list({model.source.path.resolve(): model for model in models}.values())
    names = short_names(models)
    contenders = [_contender(model, name, len(models)) for model, name in zip(models, names, strict=True)]
    plots.save_comparison(Path(path), contenders)
    return {
        name: {
            "run": str(model.source.path),
            "recipe": model.config["recipe"],
            # the data of the metrics, or else those of the training
            "data": (model.source.metrics or {}).get("data") or model.config["data"]["name"],
            "likelihood": str(model.model.likelihood) if DECODER in model.model.capabilities else None,
            "samplers": list(contender.samples),
            "metrics": plots.summary(contender),
        }
        for name, model, contender in zip(names, models, contenders, strict=True)
    }


def short_names(models: Sequence[TrainedSamples]) -> list[str]:
    """Return a short name for each model: its path without the folders that all paths share.

    A bundled preset or a preset on the Hub keeps its name, and so does a model whose short name another model has.
    """
    paths = {model.name: model.source.path.resolve() for model in models if Path(model.name).exists()}
    common = os.path.commonpath([path.parent for path in paths.values()]) if paths else ""
    short = {name: path.relative_to(common).as_posix() for name, path in paths.items()}
    names = [short.get(model.name, model.name) for model in models]
    return [name if names.count(name) == 1 else model.name for name, model in zip(names, models, strict=True)]


def _contender(model: TrainedSamples, name: str, n: int) -> plots.Contender:
    """Return the history, the metrics and the images of a model, for a figure of `n` models."""
    source = model.source
    report: Mapping[str, Any] = source.metrics or {}
    return plots.Contender(name, source.history(), report.get("metrics", {}), **_images(model, name, n))


def _images(model: TrainedSamples, name: str, n: int) -> dict[str, Any]:
    """Return the examples, reconstructions and samples of a model as arguments of `Contender`.

    The samples are drawn from the prior and from the sampler that was fitted after training, as far as they exist.
    If the data are missing there are no examples and no reconstructions. A model that takes labels then has no samples
    either, because it takes the labels of the examples.
    """
    net = model.model
    if DECODER not in net.capabilities or len(net.data_shape) != 3:
        return {}
    count, samples = plots.image_counts(n)
    images, condition = {}, None if LABELS in net.capabilities else ()
    try:
        x, *y = model.examples(count)
        condition = [np.resize(labels, (samples, *labels.shape[1:])) for labels in y]
        images = {"x": x, "x_hat": net.reconstruct(x, *y)}
    except UserError as error:
        missing = "reconstructions" if condition is not None else "reconstructions and samples"
        logger.warning("No %s of %s: %s", missing, name, error)
    if condition is not None:
        images["samples"] = dict(samples_of(net, samples, *condition, seed=0, fitted=model.sampler))
    return images
