"""`kvae transfer`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.label_option import read_labels
from kvae.cli.options import (
    Backend,
    Classifier,
    DataDir,
    DataSettings,
    Model,
    Scale,
    examples,
    existing,
    labels_option,
    number_option,
    out_option,
    settings,
)
from kvae.cli.output import echo
from kvae.cli.sources import open_classifier, open_model, save

EXAMPLES = examples(
    "kvae transfer runs/celeba/cond_vae --label Smiling=1",
    "kvae transfer runs/celeba/cond_vae me.jpg --label Eyeglasses=1 --classifier celeba/attribute_classifier",
    "kvae transfer runs/celeba/csvae --styles 6",
)

Images = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="IMAGES",
        callback=existing,
        help="Image files, folders or zip files, whose present labels --classifier predicts; by default held-out examples "
        "that do not have the labels of --label.",
        show_default=False,
    ),
]
Number = Annotated[int, number_option("Maximum number of images.")]
Labels = Annotated[list[str] | None, labels_option("New labels of the images: Smiling=1,Male=0, or a class.")]
Steps = Annotated[
    int, typer.Option(min=2, help="Number of images from the reconstruction to the image with the new labels.")
]
Styles = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Instead of --label: replace the label part w of each latent code with that of N other examples.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None, out_option("Sheet (.png) or animation (.gif)", ".png", ".gif", default="images/transfer.png")
]


def transfer(
    model: Model,
    images: Images = None,
    label: Labels = None,
    n: Number = 8,
    steps: Steps = 5,
    styles: Styles = None,
    classifier: Classifier = None,
    scale: Scale = None,
    out: Out = None,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Change the labels of images and leave the rest as it is.

    A row holds an image, its reconstruction, and the steps to the image with the new labels. With --styles, the first
    row holds the images that give their label part w, and each further row holds an example and its image with each w.
    """
    labels = read_labels(label)
    if bool(labels) == bool(styles):
        raise typer.BadParameter("expected either --label NAME=VALUE or --styles N.", param_hint="--label")
    if styles and images:
        raise typer.BadParameter("expected no IMAGES, because --styles takes held-out examples.", param_hint="IMAGES")
    trained = open_model(model, settings(set_), needs_data=not images)
    if styles:
        sheet = trained.restyle(styles, n=n)
    else:
        sheet = trained.transfer(labels, images, n=n, steps=steps, classifier=open_classifier(classifier))
    out = save(trained, sheet, out, "transfer.png", scale=scale)
    echo(f"{sheet.count} images: {out}")
