"""`kvae reconstruct`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.label_option import read_labels
from kvae.cli.options import (
    Backend,
    Columns,
    DataDir,
    DataSettings,
    Json,
    Model,
    Scale,
    examples,
    existing,
    labels_option,
    number_option,
    out_option,
    settings,
)
from kvae.cli.output import echo, print_json, print_metrics
from kvae.cli.sources import open_model, save

EXAMPLES = examples(
    "kvae reconstruct runs/digits/vae",
    "kvae reconstruct runs/digits/vae photo.jpg folder/ --out sheet.png",
)

Images = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="IMAGES",
        callback=existing,
        help="Image files, folders or zip files; by default held-out examples.",
        show_default=False,
    ),
]
Number = Annotated[int, number_option("Maximum number of images.")]
Labels = Annotated[
    list[str] | None,
    labels_option("Labels of IMAGES, for a model that takes labels: all attributes, Smiling=1,Male=0, or a class."),
]
Out = Annotated[Path | None, out_option("Sheet (.png)", ".png", default="images/reconstructions.png")]


def reconstruct(
    model: Model,
    images: Images = None,
    n: Number = 32,
    label: Labels = None,
    columns: Columns = 8,
    scale: Scale = None,
    out: Out = None,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Show images above their reconstructions.

    Images are cropped and scaled to the size that the model takes. The errors mse and mae are per dimension, with data in
    [0, 1].
    """
    if out is not None and out.resolve() in {image.resolve() for image in images or ()}:
        raise typer.BadParameter(f"{out} is one of the images.", param_hint="--out")
    labels = read_labels(label)
    if labels and not images:
        raise typer.BadParameter("expected IMAGES: held-out examples have labels already.", param_hint="--label")
    trained = open_model(model, settings(set_), needs_data=not images)
    sheet = trained.reconstruct(images, n, labels, columns=columns)
    out = save(trained, sheet, out, "reconstructions.png", scale=scale)
    if json:
        print_json({"model": model, "n": sheet.count, "metrics": sheet.metrics, "out": str(out)})
        return
    print_metrics(sheet.metrics)
    echo(f"{sheet.count} reconstructions: {out}")
