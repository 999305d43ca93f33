"""`kvae traverse`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.options import (
    Backend,
    DataDir,
    DataSettings,
    Model,
    Scale,
    examples,
    existing,
    is_example,
    number_option,
    number_or_path,
    out_option,
    settings,
)
from kvae.cli.output import echo
from kvae.cli.sources import open_model, save

EXAMPLES = examples(
    "kvae traverse runs/celeba/dcgan_vae",
    "kvae traverse runs/celeba/dcgan_vae 12 --unit 3 --unit 40 --out units.gif",
    "kvae traverse runs/celeba/dcgan_vae me.jpg -n 4 --span 2",
)

Start = Annotated[
    str | None,
    typer.Argument(
        metavar="IMAGE",
        callback=existing,
        help="Image file, or number of a held-out example, whose latent code gives the values of the other units; by "
        "default the mean latent code, or example 0 for a model that takes labels.",
        show_default=False,
    ),
]
Units = Annotated[
    list[int] | None,
    typer.Option("--unit", metavar="J", min=0, help="Latent unit to traverse, from 0; repeatable.", show_default=False),
]
Number = Annotated[
    int, number_option("Number of latent units to traverse, most informative first (ignored with --unit).")
]
Steps = Annotated[int, typer.Option(min=2, help="Number of images in a row.")]
Span = Annotated[
    float, typer.Option(min=0.01, help="Largest distance of a unit from its mean, in its standard deviations.")
]
Out = Annotated[
    Path | None, out_option("Sheet (.png) or animation (.gif)", ".png", ".gif", default="images/traversal.png")
]


def traverse(
    model: Model,
    start: Start = None,
    units: Units = None,
    n: Number = 8,
    steps: Steps = 11,
    span: Span = 3.0,
    scale: Scale = None,
    out: Out = None,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Change one latent unit at a time and show its effect.

    In each row one unit goes from −SPAN to SPAN standard deviations around its mean. The other units keep the values of
    IMAGE. The most informative units are those whose posterior mean varies most from example to example. The units of a
    spatial latent code are numbered along the flattened latent code.
    """
    trained = open_model(model, settings(set_), needs_data=is_example(start) or not (start or units))
    sheet = trained.traverse(number_or_path(start), units, n=n, steps=steps, span=span)
    out = save(trained, sheet, out, "traversal.png", scale=scale)
    echo(f"units {', '.join(map(str, sheet.rows))}: {out}")
