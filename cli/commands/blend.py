"""`kvae blend`"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.label_option import read_selection
from kvae.cli.options import (
    Backend,
    Classifier,
    DataDir,
    DataSettings,
    Json,
    Model,
    Scale,
    examples,
    existing,
    number_option,
    out_option,
    settings,
)
from kvae.cli.output import echo, print_json, print_metrics
from kvae.cli.sources import open_classifier, open_model, save

EXAMPLES = examples(
    "kvae blend runs/cifar10/residual_vae --select-a label=horse --select-b label=bird --negate dark",
    "kvae blend runs/stl10/residual_vae horses/ birds/ --weight 0.6",
    "kvae blend runs/cifar10/residual_vae --select-a label=horse --select-b label=bird --sweep 11 --out sweep.gif",
)


class Negate(StrEnum):
    none = "none"
    dark = "dark"
    bright = "bright"


A = Annotated[
    Path | None,
    typer.Argument(
        metavar="A", callback=existing, help="First set of images: a folder or zip file.", show_default=False
    ),
]
B = Annotated[
    Path | None,
    typer.Argument(
        metavar="B", callback=existing, help="Second set of images: a folder or zip file.", show_default=False
    ),
]
SELECT = "Use the held-out examples of this class (label=CLASS) or with this attribute (NAME=0 or NAME=1) as {}."
SelectA = Annotated[str | None, typer.Option(metavar="NAME=VALUE", help=SELECT.format("A"), show_default=False)]
SelectB = Annotated[str | None, typer.Option(metavar="NAME=VALUE", help=SELECT.format("B"), show_default=False)]
Weight = Annotated[
    float, typer.Option(min=0, max=1, help="Weight of the latent codes of A. Those of B have the weight 1 − WEIGHT.")
]
Sweep = Annotated[
    int | None,
    typer.Option(
        min=2,
        metavar="N",
        help="Use N weights from 0 to 1 instead of --weight, with a row for each, between A above and B below.",
        show_default=False,
    ),
]
Negated = Annotated[
    Negate,
    typer.Option(help="Negate the latent codes of the images of B whose centre is dark, or bright."),
]
Number = Annotated[int, number_option("Maximum number of pairs.")]
Out = Annotated[Path | None, out_option("Sheet (.png) or animation (.gif)", ".png", ".gif", default="images/blend.png")]


def blend(
    model: Model,
    a: A = None,
    b: B = None,
    select_a: SelectA = None,
    select_b: SelectB = None,
    weight: Weight = 0.6,
    sweep: Sweep = None,
    negate: Negated = Negate.none,
    n: Number = 64,
    classifier: Classifier = None,
    scale: Scale = None,
    out: Out = None,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Blend two sets of images in latent space.

    A blended image is the decoded sum of WEIGHT times a latent code of A and 1 − WEIGHT times a latent code of B.

    Two metrics are printed. Both compare the brightness of images decoded from the latent codes of B before and after
    their negation: negation_correlation is the correlation over the images, and negation_change is the mean change of
    the darker half minus that of the brighter half. With --classifier, the mean probabilities that the classifier gives
    to the blended images are printed, too.
    """
    sets = _images(a, select_a, "a"), _images(b, select_b, "b")
    trained = open_model(model, settings(set_), needs_data=bool(select_a or select_b))
    weights = weight if sweep is None else [step / (sweep - 1) for step in range(sweep)]
    sheet = trained.blend(*sets, weights, n=n, negate=negate, classifier=open_classifier(classifier))
    out = save(trained, sheet, out, "blend.png", scale=scale)
    if json:
        print_json({"model": model, "n": sheet.count, "metrics": sheet.metrics, "out": str(out)})
        return
    print_metrics(sheet.metrics)
    shown = sheet.images.shape[1] if sheet.rows else sheet.count
    counts = {"pairs": sheet.count, "requested": n, "in the sheet": shown}
    said = [f"{count} {name}" for name, count in counts.items() if name == "pairs" or count != sheet.count]
    echo(f"{', '.join(said)}: {out}")


def _images(path: Path | None, selected: str | None, name: str):
    """Return the set A or B of images as `Trained.blend` takes it: a path, or a label of held-out examples."""
    if (path is None) == (selected is None):
        raise typer.BadParameter(f"expected either images {name.upper()} or --select-{name}.", param_hint=name.upper())
    return path if selected is None else read_selection(selected, f"--select-{name}")
