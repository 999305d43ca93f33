"""`kvae compare`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli import completion
from kvae.cli.options import Backend, DataDir, DataSettings, Json, examples, out_option, settings
from kvae.cli.output import echo, print_json, print_table
from kvae.cli.sources import open_model

EXAMPLES = examples(
    "kvae compare runs/mnist/conv_ae runs/mnist/conv_vae runs/mnist/conv_vae_annealed",
    "kvae compare runs/digits/* --out figure.pdf",
    "kvae compare runs/digits/vae my-preset hf://user/repo",
)

Runs = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL", help="Run directories or presets.", autocompletion=completion.models, show_default=False
    ),
]
Out = Annotated[Path, out_option("Figure (.png, .pdf or .svg)", ".png", ".pdf", ".svg")]


def compare(
    runs: Runs,
    out: Out = Path("compare.png"),
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Compare models in one figure and one table.

    The figure shows the training curves of all runs, and below them reconstructions of each model, samples from its prior,
    and samples from the sampler that was fitted after training, if it has one. A preset has no training curve.
    """
    models = [open_model(run, settings(set_)) for run in runs]
    from kvae.recipes.comparison import compare

    entries = compare(models, out)
    if json:
        print_json({"runs": list(entries.values()), "out": str(out)})
        return
    names = dict.fromkeys(name for entry in entries.values() for name in entry["metrics"])
    rows = [(name, *(entry["metrics"].get(name) for entry in entries.values())) for name in names]
    facts = {name: [entry[name] for entry in entries.values()] for name in ("data", "likelihood")}
    print_table([("", *entries), *((name, *values) for name, values in facts.items()), *rows])
    for name, values in facts.items():
        if len(set(values)) > 1:
            echo(f"\nThe metrics differ in their {name} and cannot all be compared.")
    echo(f"\n{out}")
