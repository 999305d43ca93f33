"""`kvae compare`"""

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from kvae.capabilities import POSTERIOR
from kvae.cli.options import Backend, DataDir, Json, examples, target
from kvae.cli.output import print_json, print_table
from kvae.cli.sources import first_examples, open_model
from kvae.errors import UserError

EXAMPLES = examples(
    "kvae compare runs/mnist/conv_ae runs/mnist/conv_vae runs/mnist/conv_vae_annealed",
    "kvae compare runs/digits/* --out figure.pdf",
    "kvae compare runs/digits/vae my-preset hf://user/repo",
)

Runs = Annotated[list[str], typer.Argument(metavar="RUN", help="Run directories, or presets.", show_default=False)]
Out = Annotated[Path, target("The figure (.png, .pdf or .svg)", ".png", ".pdf", ".svg")]

logger = logging.getLogger("kvae.cli")


def compare(
    runs: Runs,
    out: Out = Path("compare.png"),
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Compare runs in one figure and one table.

    The figure shows the curves of all runs in nats, and below what each of them reconstructs and samples.
    """
    named = {run.path.resolve(): (run, name) for run, name in zip(map(open_model, runs), runs, strict=True)}
    opened = [run for run, _ in named.values()]
    from kvae.plots.comparison import save_comparison, summary

    short = _short_names([run.path for run, name in named.values() if Path(name).exists()])
    names = [short.get(run.path, name) for run, name in named.values()]  # a preset that is not here has its own
    contenders = [_contender(run, name, len(opened)) for run, name in zip(opened, names, strict=True)]
    save_comparison(out, contenders)
    entries = [
        {
            "run": str(run.path),
            "recipe": run.config["recipe"],
            "data": _data(run),
            "metrics": summary(contender),
        }
        for run, contender in zip(opened, contenders, strict=True)
    ]
    if json:
        print_json({"runs": entries, "out": str(out)})
        return
    rows = dict.fromkeys(name for entry in entries for name in entry["metrics"])
    print_table(
        [
            ("", *names),
            ("data", *(entry["data"] for entry in entries)),
            *((name, *(entry["metrics"].get(name) for entry in entries)) for name in rows),
        ]
    )
    typer.echo(f"\n{out}")


def _contender(run, name: str, n: int):
    """The run as one of `n` in the figure. Without its data it reconstructs nothing, and knows no labels to sample."""
    import numpy as np

    from kvae.models.base.latent import LatentModel
    from kvae.plots.comparison import Contender, image_counts

    model, pictures = run.load_model(), {}
    if isinstance(model, LatentModel) and len(model.data_shape) == 3:
        examples, samples = image_counts(n)
        given = () if "y" not in model.batch_spec else None  # of labelled data, known where the data are here
        try:
            x, *y = first_examples(run, examples)
            given = [np.resize(labels, (samples, *labels.shape[1:])) for labels in y]
            pictures = {"x": x, "x_hat": model.reconstruct(x, *y)}
        except UserError as error:
            lost = "reconstructions" if given is not None else "reconstructions and samples"
            logger.warning("No %s of %s: %s", lost, name, error)
        if POSTERIOR in model.capabilities and given is not None:
            pictures["samples"] = model.sample(samples, *given, seed=0)
    return Contender(name, run.history(), (run.metrics or {}).get("metrics", {}), **pictures)


def _data(run) -> str:
    """What the figures were computed on; of an unfinished run, the data it learns from."""
    return (run.metrics or {}).get("data") or run.config["data"]["name"]


def _short_names(paths: list[Path]) -> dict[Path, str]:
    """The paths without the folders in which all of them lie."""
    absolute = {path: path.resolve() for path in paths}
    common = os.path.commonpath([path.parent for path in absolute.values()]) if paths else ""
    return {path: whole.relative_to(common).as_posix() for path, whole in absolute.items()}
