"""`kvae blend`"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.image_io import read_images
from kvae.cli.label_option import chosen
from kvae.cli.options import Backend, DataDir, Json, Model, examples, number, target
from kvae.cli.output import finite, print_figures, print_json
from kvae.cli.sources import held_out, load_classifier, load_model, open_model, picture_shape
from kvae.errors import UserError

EXAMPLES = examples(
    "kvae blend runs/cifar10/residual_vae --select-a label=horse --select-b label=bird --negate dark",
    "kvae blend runs/stl10/residual_vae horses/ birds/ --weight 0.6",
    "kvae blend runs/cifar10/residual_vae --select-a label=horse --select-b label=bird --sweep 11 --out sweep.gif",
)


class Negate(StrEnum):
    none = "none"
    dark = "dark"
    bright = "bright"


A = Annotated[Path | None, typer.Argument(metavar="A", help="A folder or zip of pictures.", show_default=False)]
B = Annotated[Path | None, typer.Argument(metavar="B", help="Another.", show_default=False)]
SELECT = "In place of {}: held-out examples of a class or with an attribute."
SelectA = Annotated[str | None, typer.Option(metavar="NAME=VALUE", help=SELECT.format("A"), show_default=False)]
SelectB = Annotated[str | None, typer.Option(metavar="NAME=VALUE", help=SELECT.format("B"), show_default=False)]
Weight = Annotated[float, typer.Option(min=0, max=1, help="Of A's codes; those of B have the rest.")]
Sweep = Annotated[
    int | None,
    typer.Option(
        min=2, metavar="N", help="In place of --weight: N weights from 0 to 1, a row each.", show_default=False
    ),
]
Negated = Annotated[
    Negate,
    typer.Option(
        help="Whose codes among B's are multiplied by −1: those darker, or brighter, than 0.5 at their centre."
    ),
]
Number = Annotated[int, number("How many pairs.")]
Judge = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="A classifier's run, whose answers are printed.", show_default=False),
]
Out = Annotated[Path | None, target("The sheet (.png) or animation (.gif)", ".png", ".gif", default="images/blend.png")]


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
    judge: Judge = None,
    out: Out = None,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Mix the pictures of two kinds in latent space.

    The codes of A's pictures times WEIGHT and those of B's times 1 − WEIGHT are added, pair by pair, and decoded.
    With --judge a classifier says what it sees in the mixtures.
    """
    for folder, selected, name in ((a, select_a, "A"), (b, select_b, "B")):
        if (folder is None) == (selected is None):
            raise typer.BadParameter(f"expected pictures {name} or --select-{name.lower()}.", param_hint=name)
    run = open_model(model)
    import numpy as np

    from kvae.latent import arithmetic
    from kvae.plots.grids import grid, save_animation, save_image

    trained = load_model(run, model)
    picture_shape(trained, model)
    if "y" in trained.batch_spec:
        raise UserError(
            f"Expected a model of x alone. Received: {model}, a {type(trained).__name__}. See kvae transfer."
        )
    pictures = []
    for folder, selected, option in ((a, select_a, "--select-a"), (b, select_b, "--select-b")):
        if folder is not None:
            pictures.append(read_images([folder], trained, n))
        else:
            held, name = held_out(run, batch_size=n)
            rows = chosen(selected, held.labels, held.names, name, option)[:n]
            pictures.append(held.take(rows))
    count = min(map(len, pictures))
    x_a, x_b = (x[:count] for x in pictures)
    dark = arithmetic.brightness(x_b) < arithmetic.DARK
    turned = {Negate.none: None, Negate.dark: dark, Negate.bright: ~dark}[negate]
    weights = [weight] if sweep is None else np.linspace(0, 1, sweep).tolist()
    x = arithmetic.blend(trained, x_a, x_b, weights, turned)  # (W, N, …)
    out = out or run.images / "blend.png"
    if out.suffix == ".gif":
        save_animation([grid(frame) for frame in x], out)
    elif sweep is None:
        save_image(grid(x[0]), out)
    else:
        shown = np.concatenate([x_b[None], x, x_a[None]])[:, :12]  # a row for each weight, between the two kinds
        save_image(grid(shown.reshape(-1, *shown.shape[2:]), shown.shape[1]), out)
    figures = arithmetic.negation(trained, x_b) if count > 1 else {}
    if judge is not None:
        classifier, names = load_classifier(judge)
        for each, mixed in zip(weights, x, strict=True):
            answers = classifier.probabilities(mixed).mean(axis=0)
            figures |= {f"{name} at {each:.2f}": float(p) for name, p in zip(names, answers, strict=True)}
    if json:
        print_json(finite({"model": model, "n": count, "metrics": figures, "out": str(out)}))
        return
    print_figures(figures)
    typer.echo(f"{count} pairs: {out}")
