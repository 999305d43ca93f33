"""`kvae train`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae import zoo
from kvae.cli.environment import import_keras
from kvae.cli.errors import usage
from kvae.cli.models import open_model
from kvae.cli.options import Backend, DataDir, Json, RecipeName, Seed, Settings, examples, settings
from kvae.cli.output import print_figures, print_json

EXAMPLES = examples(
    "kvae train digits/vae",
    "kvae train digits/vae --set model.latent=16 --set epochs=5 --out runs/small",
    "kvae train --resume runs/small --set epochs=10",
    "kvae train celeba/cond_vae --init-from runs/celeba/vae",
    "kvae train my_recipe.py --backend torch",
)

Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The new run directory; by default runs/RECIPE, numbered when taken."),
]
Resume = Annotated[
    str | None,
    typer.Option(metavar="DIR", help="Go on with the run in DIR; of the parameters only epochs may change."),
]

InitFrom = Annotated[
    str | None,
    typer.Option(
        "--init-from",
        metavar="RUN",
        help="Begin with the weights of this run's nets, as far as they fit; a line names each array that does not.",
        show_default=False,
    ),
]
SkipDamaged = Annotated[
    bool, typer.Option("--skip-damaged", help="Leave damaged pictures out and count them, where data are pictures.")
]


def train(
    recipe: Annotated[str | None, RecipeName] = None,
    set_: Settings = None,
    out: Out = None,
    seed: Seed = 0,
    init_from: InitFrom = None,
    resume: Resume = None,
    data_dir: DataDir = None,
    skip_damaged: SkipDamaged = False,
    backend: Backend = None,
    json: Json = False,
):
    """Train a recipe into a run directory.

    Without RECIPE it is digits/vae, whose data come along. Ctrl-C stops training; --resume goes on from the
    last finished epoch, exactly as if nothing had happened.
    """
    if skip_damaged:
        set_ = [*(set_ or ()), "data.skip_damaged=true"]
    if resume:
        run = _resume(resume, set_, recipe, out, seed, init_from)
    else:
        run = _train(recipe or "digits/vae", set_, out, seed, init_from)
    figures = (run.metrics or {}).get("metrics", {})
    if json:
        print_json({"run": str(run.path), "metrics": figures})
        return
    typer.echo(f"\n{run.path}\n")
    print_figures(figures)
    typer.echo("\nNext:")
    sheets = {"sample": "epoch-*-samples.png", "reconstruct": "epoch-*-reconstructions.png"}
    drawn = [command for command, sheet in sheets.items() if any(run.pictures.glob(sheet))]
    for command in (*drawn, "evaluate"):
        typer.echo(f"  kvae {command} {run.path}")


def _train(name: str, texts: list[str] | None, out: Path | None, seed: int, init_from: str | None):
    chosen = settings(texts)
    with usage():
        recipe = zoo.load(name)
        recipe.resolve(chosen)
    source = None if init_from is None else open_model(init_from).path
    import_keras(to_train=True)
    return zoo.train(recipe, chosen, out=out, seed=seed, init_from=source)


def _resume(name: str, texts: list[str] | None, recipe: str | None, out: Path | None, seed: int, init_from: str | None):
    chosen = settings(texts)
    if recipe or out or seed or init_from:
        raise typer.BadParameter(
            "the run keeps its recipe, folder, seed and first weights; give none of them.", param_hint="--resume"
        )
    run = open_model(name)
    import_keras(to_train=True)
    return zoo.resume(run.path, chosen)
