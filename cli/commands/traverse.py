"""`kvae traverse`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.options import Backend, DataDir, Model, examples, number, target
from kvae.cli.sources import first_examples, load_model, open_model, picture_shape, pictures

EXAMPLES = examples(
    "kvae traverse runs/celeba/dcgan_vae",
    "kvae traverse runs/celeba/dcgan_vae 12 --unit 3 --unit 40 --out units.gif",
    "kvae traverse runs/celeba/dcgan_vae me.jpg -n 4 --span 2",
)

Start = Annotated[
    str | None,
    typer.Argument(
        metavar="PICTURE",
        help="A picture file, or the number of a held-out example, from whose code to start; by default the mean code, "
        "or example 0 for a model that takes labels.",
        show_default=False,
    ),
]
Units = Annotated[
    list[int] | None,
    typer.Option("--unit", metavar="J", min=0, help="Walk along this unit; repeatable.", show_default=False),
]
Number = Annotated[int, number("How many units, those that say most, without --unit.")]
Steps = Annotated[int, typer.Option(min=2, help="Pictures along a unit.")]
Span = Annotated[float, typer.Option(min=0.01, help="How far to walk, in standard deviations of the unit.")]
Out = Annotated[
    Path | None,
    target("The sheet (.png) or animation (.gif)", ".png", ".gif", default="images/traversal.png"),
]
CODES = 1000
"""Held-out examples whose codes say how much each unit varies."""


def traverse(
    model: Model,
    start: Start = None,
    units: Units = None,
    n: Number = 8,
    steps: Steps = 11,
    span: Span = 3.0,
    out: Out = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Change one latent unit at a time and see what it stands for.

    A row is a unit, from −SPAN to SPAN standard deviations around the mean, the others as in PICTURE. The units that
    say most are those whose mean varies most from picture to picture.
    """
    run = open_model(model)
    import numpy as np

    from kvae.latent.traversal import standard_units, traverse
    from kvae.plots.grids import grid, save_animation, save_image

    trained = load_model(run, model)
    picture_shape(trained, model)
    (size,) = trained.latent_shape
    for unit in units or ():
        if unit >= size:
            raise typer.BadParameter(f"expected 0 to {size - 1}, got {unit}.", param_hint="--unit")
    if start is None and "y" in trained.batch_spec:
        start = "0"
    z, given = None, ()
    if start is not None:
        x, *given = pictures(run, trained, start)
        z = trained.encode(x, *given)[0]
    mean, std = np.zeros(size, "float32"), np.ones(size, "float32")
    standard = standard_units(trained, *given)
    if not (units and standard.all()):
        codes = trained.encode(*first_examples(run, CODES))
        units = units or np.argsort(-codes.var(axis=0))[:n].tolist()
        mean, std = np.where(standard, mean, codes.mean(axis=0)), np.where(standard, std, codes.std(axis=0))
    values = mean[units, None] + std[units, None] * np.linspace(-span, span, steps)  # (U, V)
    x = traverse(trained, mean if z is None else z, units, values, *given)
    out = out or run.images / "traversal.png"
    if out.suffix == ".gif":
        save_animation([grid(x[:, step]) for step in range(steps)], out)
    else:
        save_image(grid(x.reshape(-1, *x.shape[2:]), steps), out)
    typer.echo(f"units {', '.join(map(str, units))}: {out}")
