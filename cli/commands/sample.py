"""`kvae sample`"""

import math
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.models import open_model
from kvae.cli.options import Backend, Model, Seed, examples, number, target
from kvae.cli.pictures import write_images

EXAMPLES = examples(
    "kvae sample runs/digits/vae",
    "kvae sample runs/digits/vae -n 100 --temperature 0.8 --out grid.png",
    "kvae sample runs/digits/vae -n 1000 --out samples.npz",
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
Out = Annotated[
    Path | None,
    target("A sheet (.png) or an array x (.npz)", ".png", ".npz", "", default="pictures/samples.png"),
]


def sample(
    model: Model,
    n: Number = 64,
    temperature: Temperature = 1.0,
    seed: Seed = 0,
    out: Out = None,
    backend: Backend = None,
):
    """Draw pictures from a trained model."""
    run = open_model(model)
    x = run.load_model().sample(n, seed=seed, temperature=temperature)
    out = out or run.pictures / ("samples.png" if x.ndim == 4 else "samples.npz")
    write_images(out, x)
    typer.echo(f"{n} samples: {out}")
