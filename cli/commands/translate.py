"""`kvae translate`"""

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
    number_option,
    out_option,
    settings,
)
from kvae.cli.output import echo
from kvae.cli.sources import open_model, save

EXAMPLES = examples(
    "kvae translate runs/monet2photo/cyclegan",
    "kvae translate runs/monet2photo/cyclegan photo.jpg --to A",
    "kvae translate runs/monet2photo/style_transfer --strength 0.5 --strength 1 --strength 2",
    "kvae translate runs/facades/bicycle_gan -n 10",
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
To = Annotated[
    str | None,
    typer.Option(
        metavar="DOMAIN",
        help="Domain of the translations, for a model of two domains; by default its first.",
        show_default=False,
    ),
]
Number = Annotated[
    int, number_option("Number of translations of each image. Several are random, for a model that can draw them.")
]
Strength = Annotated[
    list[float] | None,
    typer.Option(
        metavar="S",
        min=0,
        help="Strength of the translation, for a model that shifts latent codes; by default 1. With 0 images are "
        "reconstructed. Repeatable, for a column each.",
        show_default=False,
    ),
]
Count = Annotated[int, typer.Option(min=1, help="Maximum number of images.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the first random translation.")]
Out = Annotated[
    Path | None, out_option("Sheet (.png) or animation (.gif)", ".png", ".gif", default="images/translations.png")
]


def translate(
    model: Model,
    images: Images = None,
    to: To = None,
    n: Number = 1,
    strength: Strength = None,
    count: Count = 8,
    seed: Seed = 0,
    scale: Scale = None,
    out: Out = None,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Translate images into images of another kind.

    A row holds an image and its translations. For a model of two domains the translation back follows, and for a held-out
    pair the target.
    """
    trained = open_model(model, settings(set_), needs_data=not images)
    sheet = trained.translate(images, to, n=n, count=count, seed=seed, strength=strength or 1.0)
    out = save(trained, sheet, out, "translations.png", scale=scale)
    echo(f"{sheet.count} images: {out}")
