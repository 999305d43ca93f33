"""`kvae tune`"""

import time
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kvae import zoo
from kvae.cli.environment import import_keras
from kvae.cli.errors import UsageError, usage
from kvae.cli.options import Backend, DataDir, Json, RecipeName, Seed, Settings, examples, pairs, settings
from kvae.cli.output import print_json, print_table, text
from kvae.errors import UserError
from kvae.recipes.space import parse_space
from kvae.tuning.search import Search, search_of

EXAMPLES = examples(
    "kvae tune digits/vae --trials 10",
    "kvae tune swiss_roll/csvae --tuner random --workers 2 --set epochs=40",
    "kvae tune digits/vae --vary model.beta=0.1:10:log --vary model.latent=8,16,32",
    "kvae train digits/vae --from-search runs/search/digits/vae --out runs/best",
)


class TunerName(StrEnum):
    bayesian = "bayesian"
    random = "random"
    hyperband = "hyperband"


Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="NAME=SPACE",
        help="Vary this parameter in place of those that the recipe declares: LOW:HIGH, LOW:HIGH:log or A,B,C; repeatable.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The folder of the search; by default runs/search/RECIPE. It goes on in it."),
]


def tune(
    recipe: Annotated[str, RecipeName],
    tuner: Annotated[TunerName, typer.Option(help="KerasTuner's way to choose the next trial.")] = TunerName.bayesian,
    trials: Annotated[int, typer.Option(min=1, help="How many trials, those that are done counted in.")] = 20,
    vary: Vary = None,
    set_: Settings = None,
    out: Out = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of this machine that share the trials.")] = 1,
    seed: Seed = 0,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Search a recipe's settings: loss weights first.

    Trials are judged by an unweighted figure that the recipe names (`kvae show RECIPE`), and are run
    directories. Whatever stops a search, the same command goes on with it: no trial is lost or repeated.
    """
    chosen = settings(set_)
    with usage():
        found = zoo.load(recipe)
        found.resolve(chosen)
        search = _search(found, vary, chosen)
    _need_tuner()
    import_keras(whole=True)
    from kvae.tuning import trials as folder_
    from kvae.tuning.tune import tune as search_

    began = time.monotonic()
    printed = 0

    def ended(name: str):
        nonlocal printed
        printed += 1
        done = {trial.name: trial for trial in folder_.read(folder)}
        if name not in done:
            typer.echo(f"trial {name} failed: {folder_.failures(folder).get(name, 'see its trial.json')}", err=True)
            return
        trial, first = done[name], folder_.ranked(list(done.values()))[0]
        left = (time.monotonic() - began) / printed * max(0, trials - len(done))
        figures = "  ".join(f"{key} {text(value)}" for key, value in trial.values.items())
        typer.echo(
            f"trial {len(done)}/{trials}  score {text(trial.score)}  {figures}  {trial.seconds:.0f} s"
            f"{'  stopped early' if trial.stopped else ''}  best {text(first.score)}"
            + (f"  [{left:.0f} s left]" if left else ""),
            err=True,
        )

    folder = out or Path("runs/search") / found.folder
    try:
        search_(
            recipe,
            chosen,
            search=search,
            out=folder,
            tuner=tuner.value,
            count=trials,
            seed=seed,
            workers=workers,
            ended=ended,
        )
    except (KeyboardInterrupt, OSError) as error:
        error.add_note("Go on with the search: the same command again.")
        raise
    done = folder_.ranked(folder_.read(folder))
    if not done:
        raise UserError(f"Expected at least one trial that ends well. Received: none; {folder} holds what they said.")
    if json:
        print_json({"search": str(folder), "trials": [trial.row() for trial in done]})
        return
    typer.echo(f"\n{folder}\n")
    print_table([tuple(done[0].row()), *(tuple(trial.row().values()) for trial in done[:10])])
    if len(done) > 10:
        typer.echo(f"… and {len(done) - 10} more in {folder / 'trials.csv'}")
    typer.echo(f"\nNext:\n  kvae train {recipe} --from-search {folder}\n  kvae evaluate {folder / 'best'}")


def _search(recipe, vary: Iterable[str] | None, fixed: Mapping) -> Search:
    """What the recipe declares, with what `vary` names in place of its space, and nothing `fixed`. Raises `UserError`."""
    if not vary:
        return search_of(recipe).without(fixed).check(recipe)
    spaces = {name: parse_space(value) for name, value in pairs(vary, "NAME=SPACE", "--vary").items()}
    if both := sorted(set(spaces) & set(fixed)):
        raise UserError(f"Expected {both[0]} either varied or set. Received: --vary and --set.")
    declared = search_of(recipe)
    return Search(spaces, declared.objectives, declared.options, declared.monitor).check(recipe)


def _need_tuner():
    import importlib.util

    if importlib.util.find_spec("keras_tuner") is None:
        raise UsageError('KerasTuner is not installed. Install it: pip install "kvae-zoo[tune]"')
