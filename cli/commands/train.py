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

SkipDamaged = Annotated[
    bool, typer.Option("--skip-damaged", help="Leave damaged pictures out and count them, where data are pictures.")
]


def train(
    recipe: Annotated[str | None, RecipeName] = None,
    set_: Settings = None,
    out: Out = None,
    seed: Seed = 0,
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
    run = _resume(resume, set_, recipe, out, seed) if resume else _train(recipe or "digits/vae", set_, out, seed)
    figures = (run.metrics or {}).get("metrics", {})
    if json:
        print_json({"run": str(run.path), "metrics": figures})
        return
    typer.echo(f"\n{run.path}\n")
    print_figures(figures)
    typer.echo("\nNext:")
    for command in ("sample", "reconstruct", "evaluate"):
        typer.echo(f"  kvae {command} {run.path}")


def _train(name: str, texts: list[str] | None, out: Path | None, seed: int):
    chosen = settings(texts)
    with usage():
        recipe = zoo.load(name)
        recipe.resolve(chosen)
    import_keras(to_train=True)
    return zoo.train(recipe, chosen, out=out, seed=seed)


def _resume(name: str, texts: list[str] | None, recipe: str | None, out: Path | None, seed: int):
    chosen = settings(texts)
    if recipe or out or seed:
        raise typer.BadParameter("the run keeps its recipe, folder and seed; give none of them.", param_hint="--resume")
    run = open_model(name)
    import_keras(to_train=True)
    return zoo.resume(run.path, chosen)
