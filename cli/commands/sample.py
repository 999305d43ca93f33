"""`kvae sample`"""

import math
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.image_io import write_images
from kvae.cli.label_option import labels, read
from kvae.cli.options import Backend, DataDir, Model, Seed, examples, label, number, target
from kvae.cli.sources import load_model, open_model

EXAMPLES = examples(
    "kvae sample runs/digits/vae",
    "kvae sample runs/digits/vae -n 100 --temperature 0.8 --out grid.png",
    "kvae sample runs/digits/vae -n 1000 --out samples.npz",
    "kvae sample runs/swiss_roll/csvae --label 1",
)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter("expected a finite number.")
    return value


Number = Annotated[int, number("How many.")]
Temperature = Annotated[
    float,
    typer.Option(
        min=0.0,
        callback=_finite,
        help="Scale of the prior's standard deviation: below 1 more typical samples, and less varied.",
    ),
]
Labels = Annotated[
    list[str] | None,
    label(
        "Labels to sample, of a model that takes labels: attributes by name, Smiling=1,Male=0, or a class. What this "
        "leaves open is as in held-out examples, in order."
    ),
]
Out = Annotated[
    Path | None,
    target("A sheet (.png) or arrays x, and y of labels (.npz)", ".png", ".npz", "", default="images/samples.png"),
]


def sample(
    model: Model,
    n: Number = 64,
    label: Labels = None,
    temperature: Temperature = 1.0,
    seed: Seed = 0,
    out: Out = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Draw pictures from a trained model."""
    named = read(label)
    run = open_model(model)
    trained = load_model(run, model)
    given = labels(run, trained, named, n)
    x = trained.sample(n, *given, seed=seed, temperature=temperature)
    out = out or run.images / ("samples.png" if x.ndim == 4 else "samples.npz")
    write_images(out, x, *given)
    typer.echo(f"{n} samples: {out}")
