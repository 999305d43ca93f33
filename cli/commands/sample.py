"""`kvae sample`"""

import math
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.label_option import read_labels
from kvae.cli.options import (
    Backend,
    DataDir,
    DataSettings,
    Model,
    Scale,
    Seed,
    examples,
    labels_option,
    number_option,
    out_option,
    settings,
)
from kvae.cli.output import echo
from kvae.cli.sources import open_model, save

EXAMPLES = examples(
    "kvae sample runs/digits/vae",
    "kvae sample runs/digits/vae -n 100 --temperature 0.8 --out grid.png",
    "kvae sample runs/digits/vae -n 1000 --out samples.npz",
    "kvae sample runs/digits/vae --sampler prior",
    "kvae sample runs/swiss_roll/csvae --label 1",
)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter("expected a finite number.")
    return value


Number = Annotated[int, number_option("Number of samples.")]
Temperature = Annotated[
    float,
    typer.Option(
        min=0.0,
        callback=_finite,
        help="Factor of the distance of latent codes from their mean. Below 1, samples are more typical and less varied.",
    ),
]
Labels = Annotated[
    list[str] | None,
    labels_option(
        "Labels of the samples, for a model that takes labels: attributes by name, Smiling=1,Male=0, or a class. "
        "Unspecified attributes are copied from the held-out examples, in order."
    ),
]
Sampler = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The density of latent codes: prior, or the sampler that was fitted after training, by its kind, such as "
        "mixture; by default that sampler, or the prior if none was fitted.",
        show_default=False,
    ),
]
Columns = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Number of columns of a sheet; by default it is square.", show_default=False),
]
Out = Annotated[
    Path | None,
    out_option(
        "Sheet (.png), or array x and, for a model that takes labels, y (.npz)",
        ".png",
        ".npz",
        "",
        default="images/samples.png",
    ),
]


def sample(
    model: Model,
    n: Number = 64,
    label: Labels = None,
    sampler: Sampler = None,
    temperature: Temperature = 1.0,
    seed: Seed = 0,
    columns: Columns = None,
    scale: Scale = None,
    out: Out = None,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Draw samples from a trained model."""
    labels = read_labels(label)
    trained = open_model(model, settings(set_))
    samples = trained.sample(n, labels, temperature=temperature, seed=seed, sampler=sampler)
    name = "samples.png" if samples.x.ndim == 4 else "samples.npz"
    out = save(trained, samples, out, name, columns=columns, scale=scale)
    echo(f"{n} samples (sampler: {samples.facts['sampler']}): {out}")
