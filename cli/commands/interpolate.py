"""`kvae interpolate`"""

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
    examples,
    existing,
    is_example,
    labels_option,
    number_or_path,
    out_option,
    settings,
)
from kvae.cli.output import echo
from kvae.cli.sources import open_model, save

EXAMPLES = examples(
    "kvae interpolate runs/celeba/dcgan_vae",
    "kvae interpolate runs/celeba/dcgan_vae 4 7 --out interpolation.gif",
    "kvae interpolate runs/celeba/dcgan_vae me.jpg you.jpg --steps 7",
    "kvae interpolate runs/celeba/csvae 4 7 --label Smiling=1",
)

HELP = "An image file, or the number of a held-out example."
A = Annotated[str, typer.Argument(metavar="A", callback=existing, help=HELP)]
B = Annotated[str, typer.Argument(metavar="B", callback=existing, help=HELP)]
Steps = Annotated[int, typer.Option(min=2, help="Number of images from A to B, both included.")]
Labels = Annotated[list[str] | None, labels_option("Labels of all images, for a model that takes labels.")]
Spherical = Annotated[
    bool, typer.Option("--spherical", help="Interpolate latent codes along an arc, which keeps their length.")
]
Out = Annotated[
    Path | None, out_option("Sheet (.png) or animation (.gif)", ".png", ".gif", default="images/interpolation.png")
]


def interpolate(
    model: Model,
    a: A = "0",
    b: B = "1",
    steps: Steps = 11,
    label: Labels = None,
    spherical: Spherical = False,
    scale: Scale = None,
    out: Out = None,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Interpolate between two images.

    The upper row interpolates in latent space, between the latent codes of A and B. The lower row interpolates in pixels.
    With a model that takes labels, the labels change from those of A to those of B as the latent codes do, unless
    --label sets them.
    """
    labels = read_labels(label)
    trained = open_model(model, settings(set_), needs_data=is_example(a) or is_example(b))
    sheet = trained.interpolate(number_or_path(a), number_or_path(b), steps=steps, labels=labels, spherical=spherical)
    out = save(trained, sheet, out, "interpolation.png", scale=scale)
    echo(f"{steps} steps from {a} to {b}: {out}")
