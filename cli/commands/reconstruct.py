"""`kvae reconstruct`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.image_io import read_images
from kvae.cli.label_option import labels, read
from kvae.cli.options import Backend, DataDir, Json, Model, examples, label, number, target
from kvae.cli.output import print_figures, print_json
from kvae.cli.sources import first_examples, load_model, open_model, picture_shape

EXAMPLES = examples(
    "kvae reconstruct runs/digits/vae",
    "kvae reconstruct runs/digits/vae photo.jpg folder/ --out sheet.png",
)

Images = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="IMAGES",
        help="Picture files, folders or zips; by default examples held out from training.",
        show_default=False,
    ),
]
Number = Annotated[int, number("How many at most.")]
Labels = Annotated[
    list[str] | None,
    label("Labels of IMAGES, for a model that takes labels: all its attributes, Smiling=1,Male=0, or a class."),
]
Out = Annotated[Path | None, target("The sheet (.png)", ".png", default="images/reconstructions.png")]


def reconstruct(
    model: Model,
    images: Images = None,
    n: Number = 32,
    label: Labels = None,
    out: Out = None,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Put pictures through a model and see what becomes of them.

    Each picture, cropped and scaled to the model's size, stands above its reconstruction. The errors mse and
    mae are per dimension, with data in [0, 1].
    """
    if out is not None and out.resolve() in {image.resolve() for image in images or ()}:
        raise typer.BadParameter(f"{out} is one of the images.", param_hint="--out")
    named = read(label)
    if named and not images:
        raise typer.BadParameter("expected IMAGES: held-out examples have labels of their own.", param_hint="--label")
    run = open_model(model)
    import numpy as np

    from kvae.plots.grids import pairs, save_image

    trained = load_model(run, model)
    picture_shape(trained, model)
    if images:
        given = labels(run, trained, named, 1, whole=True)
        x = read_images(images, trained, n)
        given = [np.repeat(y, len(x), axis=0) for y in given]
    else:
        x, *given = first_examples(run, n)
    x_hat = trained.reconstruct(x, *given)
    out = out or run.images / "reconstructions.png"
    save_image(pairs(x, x_hat), out)
    figures = {"mse": float(np.mean((x - x_hat) ** 2)), "mae": float(np.mean(np.abs(x - x_hat)))}
    if json:
        print_json({"model": model, "n": len(x), "metrics": figures, "out": str(out)})
        return
    print_figures(figures)
    typer.echo(f"{len(x)} reconstructions: {out}")
