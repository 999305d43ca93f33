"""`kvae tune`"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from kvae import zoo
from kvae.cli.environment import import_keras
from kvae.cli.errors import UsageError, usage
from kvae.cli.options import (
    Backend,
    DataDir,
    Json,
    PrecisionName,
    RecipeName,
    Seed,
    Settings,
    examples,
    pairs,
    settings,
)
from kvae.cli.output import echo, print_json, print_table
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
        metavar="NAME=RANGE",
        help="Vary this parameter instead of those of the recipe; repeatable. RANGE is LOW:HIGH, LOW:HIGH:log "
        "or A,B,C.",
        show_default=False,
    ),
]
Precision = Annotated[
    PrecisionName, typer.Option(help="Type in which the networks compute. Trials are scored in float32 in both cases.")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Search directory; by default runs/search/RECIPE. An existing search is resumed."),
]


def tune(
    recipe: Annotated[str, RecipeName],
    tuner: Annotated[TunerName, typer.Option(help="Method of KerasTuner that proposes trials.")] = TunerName.bayesian,
    trials: Annotated[int, typer.Option(min=1, help="Total number of trials, including finished ones.")] = 20,
    vary: Vary = None,
    set_: Settings = None,
    out: Out = None,
    workers: Annotated[int, typer.Option(min=1, help="Number of processes on this machine that share the trials.")] = 1,
    seed: Seed = 0,
    data_dir: DataDir = None,
    precision: Precision = PrecisionName.float32,
    backend: Backend = None,
    json: Json = False,
):
    """Search for the best settings of a recipe.

    The settings may be loss weights. Therefore trials are compared by unweighted metrics on held-out data (see `kvae show
    RECIPE`). Each trial has a run directory. The same command resumes an interrupted search. No trial is lost or repeated.
    """
    chosen = settings(set_)
    with usage():
        found = zoo.load(recipe)
        found.resolve(chosen)
        search = _search(found, vary, chosen)
    _need_tuner()
    import_keras()
    from kvae.tuning import trials as trials_
    from kvae.tuning.report import TrialReport
    from kvae.tuning.tune import tune as run_search

    folder = out or Path("runs/search") / found.folder
    report = TrialReport(folder, trials, lambda line: echo(line, err=True))
    options: dict[str, Any] = {"tuner": tuner.value, "count": trials, "seed": seed, "workers": workers}
    try:
        run_search(found, chosen, search=search, out=folder, ended=report, precision=precision.value, **options)
    except (KeyboardInterrupt, OSError) as error:
        error.add_note("Resume the search: run the same command again.")
        raise
    _print_search(recipe, folder, trials_.ranked(trials_.read(folder)), json)


def _print_search(recipe: str, folder: Path, ranked: Sequence, json: bool) -> None:
    """Print the trials of a search, the best first."""
    if not ranked:
        raise UserError(f"No trial finished. Each failed.json in {folder}/trial_* names a reason.")
    if json:
        print_json({"search": str(folder), "trials": [trial.row() for trial in ranked]})
        return
    echo(f"\n{folder}\n")
    print_table([tuple(ranked[0].row()), *(tuple(trial.row().values()) for trial in ranked[:10])])
    if len(ranked) > 10:
        echo(f"… and {len(ranked) - 10} more in {folder / 'trials.csv'}")
    recipe, search, best = (shlex.quote(str(name)) for name in (recipe, folder, folder / "best"))
    echo(f"\nNext:\n  kvae train {recipe} --from-search {search}\n  kvae evaluate {best}")


def _search(recipe, vary: Iterable[str] | None, fixed: Mapping) -> Search:
    """Return the search that the recipe declares, or one over the ranges of --vary, without the parameters of --set."""
    if not vary:
        return search_of(recipe).without(fixed).check(recipe)
    spaces = {name: parse_space(value) for name, value in pairs(vary, "NAME=RANGE", "--vary").items()}
    if both := sorted(set(spaces) & set(fixed)):
        raise UserError(f"Expected {both[0]} to be either varied or set. Received: --vary and --set.")
    declared = search_of(recipe)
    return Search(spaces, declared.objectives, declared.options, declared.monitor).check(recipe)


def _need_tuner():
    import importlib.util

    if importlib.util.find_spec("keras_tuner") is None:
        raise UsageError('KerasTuner is not installed. Install it: pip install "kvae-zoo[tune]"')
