"""`kvae sample`"""

import math
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.models import open_model
from kvae.cli.options import Backend, Model, Seed, examples
from kvae.cli.pictures import check_target, write_images

EXAMPLES = examples(
    "kvae sample runs/digits/vae",
    "kvae sample runs/digits/vae -n 100 --temperature 0.8 --out grid.png",
    "kvae sample runs/digits/vae -n 1000 --out samples.npz",
)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter("expected a finite number.")
    return value


Number = Annotated[int, typer.Option("-n", "--number", min=1, help="How many.")]
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
    typer.Option(
        metavar="PATH",
        help="A sheet (.png) or an array x (.npz), replaced when it exists, or a new folder for single "
        "files; by default pictures/samples.png in MODEL.",
        show_default=False,
    ),
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
    check_target(out, ".png", ".npz", "")
    run = open_model(model)
    x = run.load_model().sample(n, seed=seed, temperature=temperature)
    out = out or run.pictures / ("samples.png" if x.ndim == 4 else "samples.npz")
    write_images(out, x)
    typer.echo(f"{n} samples: {out}")
