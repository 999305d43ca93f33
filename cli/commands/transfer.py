"""`kvae transfer`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.image_io import read_images
from kvae.cli.label_option import labels, read
from kvae.cli.options import Backend, DataDir, Model, examples, label, number, target
from kvae.cli.sources import held_out, load_classifier, load_model, open_model, picture_shape
from kvae.errors import UserError

EXAMPLES = examples(
    "kvae transfer runs/celeba/cond_vae --label Smiling=1",
    "kvae transfer runs/celeba/cond_vae me.jpg --label Eyeglasses=1 --judge runs/celeba/attribute_classifier",
    "kvae transfer runs/celeba/csvae --styles 6",
)

Images = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="IMAGES",
        help="Picture files, folders or zips; by default held-out examples that lack what is asked for.",
        show_default=False,
    ),
]
Number = Annotated[int, number("How many pictures at most.")]
Labels = Annotated[list[str] | None, label("What to give the pictures: Smiling=1,Male=0, or a class.")]
Steps = Annotated[int, typer.Option(min=2, help="Pictures on the way, from the reconstruction to the whole change.")]
Styles = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="In place of --label: each picture with the label part of the code (w) of N others.",
        show_default=False,
    ),
]
Judge = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="A classifier's run, which tells the labels of IMAGES.", show_default=False),
]
Out = Annotated[
    Path | None, target("The sheet (.png) or animation (.gif)", ".png", ".gif", default="images/transfer.png")
]

SEARCHED = 2000
"""Held-out examples among which those that lack what is asked for are looked for."""


def transfer(
    model: Model,
    images: Images = None,
    label: Labels = None,
    n: Number = 8,
    steps: Steps = 5,
    styles: Styles = None,
    judge: Judge = None,
    out: Out = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Give pictures other labels, and leave the rest as it is.

    A row is a picture, its reconstruction, and what it becomes on the way to the labels asked for. With --styles the
    first row shows the pictures whose w the others take.
    """
    named = read(label)
    if bool(named) == bool(styles):
        raise typer.BadParameter("expected --label NAME=VALUE, or --styles N.", param_hint="--label")
    if styles and images:
        raise typer.BadParameter(
            "expected no IMAGES: styles are swapped between held-out examples.", param_hint="IMAGES"
        )
    run = open_model(model)
    import numpy as np

    from kvae.latent.traversal import restyle
    from kvae.plots.grids import grid, save_animation, save_image

    trained = load_model(run, model)
    shape = picture_shape(trained, model)
    if "y" not in trained.batch_spec:
        raise UserError(f"Expected a model that takes labels. Received: {model}, a {type(trained).__name__}.")
    out = out or run.images / "transfer.png"
    if styles:
        x, y = held_out(run, batch_size=n + styles)[0][0]
        styles = min(styles, len(x) - 1)
        restyled = restyle(trained, x[styles:], y[styles:], x[:styles], y[:styles])  # (N, S, …)
        above = np.concatenate([np.ones((1, *shape), "float32"), x[:styles]])
        rows = np.concatenate([above[None], np.concatenate([x[styles:, None], restyled], axis=1)])
        save_image(grid(rows.reshape(-1, *shape), styles + 1), out)
        typer.echo(f"{len(restyled)} pictures in {styles} styles: {out}")
        return
    if images:
        x = read_images(images, trained, n)
        y = _told(run, trained, x, judge)
        (new_y,) = labels(run, trained, named, len(y), others=y)
    else:
        held = held_out(run, first=SEARCHED, batch_size=SEARCHED)[0][0]
        (new_y,) = labels(run, trained, named, len(held[1]), others=held[1])
        lacking = np.flatnonzero((new_y != held[1]).reshape(len(new_y), -1).any(axis=1))[:n]
        if len(lacking) == 0:
            raise UserError(f"Expected held-out examples without {', '.join(label)}. Received: none.")
        x, y, new_y = held[0][lacking], held[1][lacking], new_y[lacking]
    way = [trained.transfer(x, y, new_y, amount=amount) for amount in np.linspace(0, 1, steps)]
    if out.suffix == ".gif":
        save_animation([grid(np.concatenate([x, frame]), len(x)) for frame in way], out)
    else:
        rows = np.stack([x, *way], axis=1)  # (N, 1 + steps, …)
        save_image(grid(rows.reshape(-1, *shape), rows.shape[1]), out)
    typer.echo(f"{len(x)} pictures: {out}")


def _told(run, model, x, judge: str | None):
    """Labels of pictures `x` of one's own, which a classifier tells."""
    import numpy as np

    if judge is None:
        raise UserError(
            "Expected the labels of IMAGES. Received: none. A classifier tells them: --judge RUN, "
            "such as a run of celeba/attribute_classifier."
        )
    told, names = load_classifier(judge)
    wanted = run.config["data"].get("labels", ())
    if missing := [name for name in wanted if name not in names]:
        raise UserError(
            f"Expected a classifier of {', '.join(wanted)}. Received: {judge}, without {', '.join(missing)}."
        )
    answers = told.labels.answers(told.probabilities(x))[:, [names.index(name) for name in wanted]]
    return np.argmax(answers, axis=1).astype("int32") if model.labels.exclusive else answers.astype("uint8")
