"""`kvae interpolate`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.labels import Given
from kvae.cli.models import load_model, open_model, pictures
from kvae.cli.options import Backend, DataDir, Model, examples, target

EXAMPLES = examples(
    "kvae interpolate runs/celeba/dcgan_vae",
    "kvae interpolate runs/celeba/dcgan_vae 4 7 --out walk.gif",
    "kvae interpolate runs/celeba/dcgan_vae me.jpg you.jpg --steps 7",
)

HELP = "A picture file, or the number of a held-out example."
A = Annotated[str, typer.Argument(metavar="A", help=HELP)]
B = Annotated[str, typer.Argument(metavar="B", help=HELP)]
Steps = Annotated[int, typer.Option(min=2, help="Pictures from A to B, both included.")]
Out = Annotated[
    Path | None,
    target("The sheet (.png) or animation (.gif)", ".png", ".gif", default="pictures/interpolation.png"),
]


def interpolate(
    model: Model,
    a: A = "0",
    b: B = "1",
    steps: Steps = 11,
    out: Out = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Walk from one picture to another, in latent space and in pixels.

    The upper row decodes what lies between the two codes, the lower row fades between the two pictures, for
    α = 0, 0.1 … 1. With a model that takes labels, the first half has those of A, the
    second half those of B.
    """
    run = open_model(model)
    import numpy as np

    from kvae.evaluation.pictures import grid, save_animation, save_image
    from kvae.evaluation.traversal import interpolate

    trained = load_model(run, model)
    x, *given = pictures(run, trained, a, b)
    latent, pixels = interpolate(Given(trained, *given), *x, np.linspace(0, 1, steps))
    out = out or run.pictures / "interpolation.png"
    if out.suffix == ".gif":
        save_animation([grid(np.stack(pair)) for pair in zip(latent, pixels, strict=True)], out)
    else:
        save_image(grid(np.concatenate([latent, pixels]), steps), out)
    typer.echo(f"{steps} steps from {a} to {b}: {out}")
