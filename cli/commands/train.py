"""`kvae train`"""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from kvae import zoo
from kvae.cli import completion
from kvae.cli.environment import announced, import_keras
from kvae.cli.errors import UsageError, usage
from kvae.cli.options import (
    Backend,
    DataDir,
    Json,
    PrecisionName,
    RecipeName,
    Settings,
    TrackerName,
    examples,
    settings,
)
from kvae.cli.output import echo, origin, print_json, print_metrics
from kvae.cli.sources import open_model
from kvae.errors import MissingData, UserError
from kvae.tracking import check_tracker

EXAMPLES = examples(
    "kvae train digits/vae",
    "kvae train digits/vae --set model.latent=16 --set epochs=5 --out runs/small",
    "kvae train --resume runs/small --set epochs=10",
    "kvae train celeba/cond_vae --warm-start runs/celeba/vae",
    "kvae train celeba/autoencoder_kl --warm-start runs/celeba/autoencoder_kl --freeze encoder",
    "kvae train my_recipe.py --backend torch",
    "kvae train celeba/dcgan_vae --precision bfloat16 --backend torch",
    "kvae train digits/vae --track mlflow",
    "kvae train mnist/vae --backend jax --devices 4",
    "kvae train mnist/vae --backend jax --cluster 10.0.0.1:5000 --processes 2 --process 0",
)

DEFAULT = "digits/vae"
"""The recipe that is trained by default. Its data are bundled."""

Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="New run directory; by default runs/RECIPE, with a number if it exists."),
]
Resume = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="Resume the run in DIR. Of its parameters, only epochs may change, and data.path if the images have moved.",
        autocompletion=completion.runs,
    ),
]
WarmStart = Annotated[
    str | None,
    typer.Option(
        "--warm-start",
        metavar="MODEL",
        help="Copy the weights of this run or preset into the new model. Arrays that do not fit are listed and left out.",
        autocompletion=completion.models,
        show_default=False,
    ),
]
FromSearch = Annotated[
    Path | None,
    typer.Option(
        "--from-search",
        metavar="DIR",
        help="Use the settings of the best trial of the search in DIR, or of DIR/trial_NUMBER. --set overrides them.",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=2**32 - 1,
        metavar="N",
        help="Seed of all random draws; by default 0, or that of the trial with --from-search.",
        show_default=False,
    ),
]
Devices = Annotated[int, typer.Option(min=1, help="Number of devices that share each batch, in each process.")]
Address = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="HOST:PORT",
        help="Train in several processes that share each batch. HOST:PORT is an address of process 0. Run the same command "
        "for each process, with its number as --process.",
        show_default=False,
    ),
]
Processes = Annotated[int | None, typer.Option(min=1, help="Number of processes in the cluster.", show_default=False)]
Process = Annotated[
    int | None, typer.Option(min=0, help="Number of this process in the cluster, from 0.", show_default=False)
]
Precision = Annotated[
    PrecisionName | None,
    typer.Option(
        help="Type in which the networks compute; by default float32, or that of the trial with --from-search. Weights, "
        "losses and metrics are float32 in both.",
        show_default=False,
    ),
]


def _check_trackers(names: list[TrackerName] | None):
    """Raise `UserError` before any work if the package of a tracker is not installed."""
    for name in names or ():
        check_tracker(name.value)
    return names


Trackers = Annotated[
    list[TrackerName] | None,
    typer.Option(
        "--track",
        callback=_check_trackers,
        help="Record parameters, metrics, images and the preset in this tracker, too; repeatable. MLflow, Weights & Biases "
        "and Trackio are extras of kvae.",
        show_default=False,
    ),
]
SkipDamaged = Annotated[
    bool, typer.Option("--skip-damaged", help="Leave out damaged images of the data set, and count them.")
]
Freeze = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NETWORK",
        help="Keep the weights of a network of the model, such as encoder, in recipes with the setting freeze.",
        show_default=False,
    ),
]


def train(
    recipe: Annotated[str | None, RecipeName] = None,
    set_: Settings = None,
    out: Out = None,
    seed: Seed = None,
    warm_start: WarmStart = None,
    freeze: Freeze = None,
    from_search: FromSearch = None,
    resume: Resume = None,
    devices: Devices = 1,
    cluster: Address = None,
    processes: Processes = None,
    process: Process = None,
    data_dir: DataDir = None,
    skip_damaged: SkipDamaged = False,
    precision: Precision = None,
    track: Trackers = None,
    backend: Backend = None,
    json: Json = False,
):
    """Train a recipe into a run directory.

    The default recipe is digits/vae, whose data are bundled. Ctrl-C stops training. --resume continues after the last
    finished epoch. The result is then the same as without the interruption.
    """
    if skip_damaged:
        set_ = [*(set_ or ()), "data.skip_damaged=true"]
    if freeze:
        set_ = [*(set_ or ()), f"freeze={','.join(freeze)}"]
    shared = {"devices": devices, "cluster": _cluster(cluster, processes, process), "track": track or ()}
    if resume and any(given is not None for given in (recipe, out, seed, warm_start, from_search, precision)):
        raise typer.BadParameter(
            "expected no RECIPE, --out, --seed, --warm-start, --from-search or --precision, because the run keeps its own.",
            param_hint="--resume",
        )
    new = (recipe, set_, out, seed, warm_start, from_search, precision)
    run = _resume(resume, set_, **shared) if resume else _train(*new, **shared)
    if process:
        echo(f"Process {process} has finished. Process 0 writes the run.", err=json)
    elif json:
        print_json({"run": str(run.path), "metrics": (run.metrics or {}).get("metrics", {})})
    else:
        _print_run(run)


def _print_run(run) -> None:
    """Print the metrics of a run, and commands that use it."""
    report = run.metrics or {}
    data = f": {origin(report)}" if report else ""
    echo(f"\n{run.path}{data}\n")
    print_metrics(report.get("metrics", {}))
    echo("\nNext:")
    sheets = {"sample": "samples", "reconstruct": "reconstructions", "translate": "translations"}
    possible = [command for command, sheet in sheets.items() if any(run.images.glob(f"epoch-*-{sheet}.png"))]
    for command in (*possible, "evaluate"):
        echo(f"  kvae {command} {shlex.quote(str(run.path))}")


def _train(
    name: str | None,
    texts: list[str] | None,
    out: Path | None,
    seed: int | None,
    warm_start: str | None,
    from_search: Path | None,
    precision: str | None,
    **share,
):
    from kvae.tuning import trials  # takes a tenth of a second

    chosen = settings(texts)
    with announced("Loading the recipe"), usage():  # recipes import NumPy
        none = (None, {}, 0, "float32")
        searched, found, best_seed, best_precision = trials.best_settings(from_search) if from_search else none
        chosen, seed = {**found, **chosen}, best_seed if seed is None else seed
        again = from_search if searched and not name else None
        recipe = zoo.load_recorded(searched, again) if searched and again else zoo.load(name or DEFAULT)
        if searched not in (None, recipe.name):
            raise UserError(f"Expected {searched}, the recipe of the search {from_search}. Received: {name}.")
        values = recipe.resolve(chosen)
    with zoo.run_folder(recipe, out, share["cluster"]) as folder:
        dataset = _load_data(recipe, values)  # before Keras is imported, which takes seconds
        echo(dataset.summary(), err=True)
        source = None if warm_start is None else open_model(warm_start, to_train=True).source.path
        import_keras()
        share |= {"dataset": dataset, "precision": precision or best_precision}
        return zoo.train(recipe, chosen, out=folder, seed=seed, warm_start=source, **share)


def _load_data(recipe, values):
    """Return the data set of a recipe. An error about missing files suggests the recipe that needs none."""
    try:
        with announced(f"Loading the data of {recipe.name}"):
            return recipe.data(values)
    except MissingData as error:
        error.add_note(f"The data of {DEFAULT} are bundled: kvae train {DEFAULT}")
        raise


def _cluster(address: str | None, processes: int | None, process: int | None):
    if address is None and processes is None and process is None:
        return None
    if address is None or processes is None or process is None:
        raise UsageError("Expected --cluster, --processes and --process together. Received: some of them.")
    import_keras()
    from kvae.training import Cluster

    with usage():
        return Cluster(address, processes, process)


def _resume(name: str, texts: list[str] | None, **share):
    chosen = settings(texts)
    path = open_model(name, to_train=True).source.path
    return zoo.resume(path, chosen, **share)
