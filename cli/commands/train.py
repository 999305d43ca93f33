"""`kvae train`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae import zoo
from kvae.cli.environment import import_keras
from kvae.cli.errors import UsageError, usage
from kvae.cli.options import Backend, DataDir, Json, RecipeName, Seed, Settings, examples, settings
from kvae.cli.output import print_figures, print_json
from kvae.cli.sources import open_model
from kvae.errors import UserError
from kvae.tuning import trials

EXAMPLES = examples(
    "kvae train digits/vae",
    "kvae train digits/vae --set model.latent=16 --set epochs=5 --out runs/small",
    "kvae train --resume runs/small --set epochs=10",
    "kvae train celeba/cond_vae --warm-start runs/celeba/vae",
    "kvae train my_recipe.py --backend torch",
    "kvae train mnist/vae --backend jax --devices 4",
    "kvae train mnist/vae --backend jax --cluster 10.0.0.1:5000 --processes 2 --process 0",
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
        "--warm-start",
        metavar="RUN",
        help="Begin with the weights of this run's nets, as far as they fit; a line names each array that does not.",
        show_default=False,
    ),
]
FromSearch = Annotated[
    Path | None,
    typer.Option(
        "--from-search",
        metavar="DIR",
        help="Begin with the settings of the best trial in this search, or of DIR/trial_NUMBER; --set overrides them.",
        show_default=False,
    ),
]
Devices = Annotated[int, typer.Option(min=1, help="Devices that share each batch, in each process.")]
Address = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="HOST:PORT",
        help="Train with other processes, of which the first listens there; the same command runs in each.",
        show_default=False,
    ),
]
Processes = Annotated[int | None, typer.Option(min=1, help="Of a cluster: how many.", show_default=False)]
Process = Annotated[
    int | None, typer.Option(min=0, help="Of a cluster: which one this is, from 0.", show_default=False)
]
SkipDamaged = Annotated[
    bool, typer.Option("--skip-damaged", help="Leave damaged pictures out and count them, where data are pictures.")
]


def train(
    recipe: Annotated[str | None, RecipeName] = None,
    set_: Settings = None,
    out: Out = None,
    seed: Seed = 0,
    warm_start: InitFrom = None,
    from_search: FromSearch = None,
    resume: Resume = None,
    devices: Devices = 1,
    cluster: Address = None,
    processes: Processes = None,
    process: Process = None,
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
    share = {"devices": devices, "cluster": _cluster(cluster, processes, process)}
    if resume:
        if recipe or out or seed or warm_start or from_search:
            raise typer.BadParameter(
                "the run keeps its recipe, folder, seed, settings and first weights; give none of them.",
                param_hint="--resume",
            )
        run = _resume(resume, set_, **share)
    else:
        run = _train(recipe, set_, out, seed, warm_start, from_search, **share)
    if process:
        typer.echo(f"Process {process} is done; process 0 has written the run.", err=json)
        return
    figures = (run.metrics or {}).get("metrics", {})
    if json:
        print_json({"run": str(run.path), "metrics": figures})
        return
    typer.echo(f"\n{run.path}\n")
    print_figures(figures)
    typer.echo("\nNext:")
    sheets = {"sample": "epoch-*-samples.png", "reconstruct": "epoch-*-reconstructions.png"}
    drawn = [command for command, sheet in sheets.items() if any(run.images.glob(sheet))]
    for command in (*drawn, "evaluate"):
        typer.echo(f"  kvae {command} {run.path}")


def _train(name: str | None, texts: list[str] | None, out: Path | None, seed: int, warm_start, from_search, **share):
    chosen = settings(texts)
    with usage():
        searched, found, seed_ = (None, {}, 0) if from_search is None else trials.best_settings(from_search)
        if searched is not None and name is not None and zoo.load(name).name != searched:
            raise UserError(f"Expected {searched}, which {from_search} searched. Received: {name}.")
        name, chosen, seed = name or searched or "digits/vae", {**found, **chosen}, seed or seed_
        recipe = zoo.load(name)
        recipe.resolve(chosen)
    source = None if warm_start is None else open_model(warm_start).path
    import_keras(whole=True)
    return zoo.train(recipe, chosen, out=out, seed=seed, warm_start=source, **share)


def _cluster(address: str | None, processes: int | None, process: int | None):
    if address is None and processes is None and process is None:
        return None
    if address is None or processes is None or process is None:
        raise UsageError("Expected --cluster, --processes and --process together. Received: some of them.")
    import_keras(whole=True)
    from kvae.training import Cluster

    with usage():
        return Cluster(address, processes, process)


def _resume(name: str, texts: list[str] | None, **share):
    chosen = settings(texts)
    run = open_model(name)
    import_keras(whole=True)
    return zoo.resume(run.path, chosen, **share)
