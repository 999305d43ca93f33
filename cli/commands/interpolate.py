"""`kvae interpolate`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.label_option import labels, read
from kvae.cli.options import Backend, DataDir, Model, examples, label, target
from kvae.cli.sources import load_model, open_model, pictures

EXAMPLES = examples(
    "kvae interpolate runs/celeba/dcgan_vae",
    "kvae interpolate runs/celeba/dcgan_vae 4 7 --out walk.gif",
    "kvae interpolate runs/celeba/dcgan_vae me.jpg you.jpg --steps 7",
    "kvae interpolate runs/celeba/csvae 4 7 --label Smiling=1",
)

HELP = "A picture file, or the number of a held-out example."
A = Annotated[str, typer.Argument(metavar="A", help=HELP)]
B = Annotated[str, typer.Argument(metavar="B", help=HELP)]
Steps = Annotated[int, typer.Option(min=2, help="Pictures from A to B, both included.")]
Labels = Annotated[list[str] | None, label("Labels that the whole walk has, for a model that takes labels.")]
Out = Annotated[
    Path | None,
    target("The sheet (.png) or animation (.gif)", ".png", ".gif", default="images/interpolation.png"),
]


def interpolate(
    model: Model,
    a: A = "0",
    b: B = "1",
    steps: Steps = 11,
    label: Labels = None,
    out: Out = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Walk from one picture to another, in latent space and in pixels.

    The upper row decodes what lies between the two codes, the lower row fades between the two pictures, for
    α = 0, 0.1 … 1. With a model that takes labels, these go from those of A to those of B as the
    codes do, except those that --label settles.
    """
    named = read(label)
    run = open_model(model)
    import numpy as np

    from kvae.latent.traversal import interpolate
    from kvae.plots.grids import grid, save_animation, save_image

    trained = load_model(run, model)
    x, *given = pictures(run, trained, a, b)
    asked = labels(run, trained, named, 2, others=given[0] if given else None) if named else ()
    latent, pixels = interpolate(trained, x, np.linspace(0, 1, steps), *given, new_y=next(iter(asked), None))
    out = out or run.images / "interpolation.png"
    if out.suffix == ".gif":
        save_animation([grid(np.stack(pair)) for pair in zip(latent, pixels, strict=True)], out)
    else:
        save_image(grid(np.concatenate([latent, pixels]), steps), out)
    typer.echo(f"{steps} steps from {a} to {b}: {out}")
