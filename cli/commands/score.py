"""`kvae score`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.label_option import read_labels
from kvae.cli.options import (
    Backend,
    DataDir,
    DataSettings,
    First,
    Json,
    Model,
    Seed,
    Split,
    examples,
    existing,
    labels_option,
    out_option,
    settings,
)
from kvae.cli.output import echo, print_json, print_metrics
from kvae.cli.sources import open_model
from kvae.files import write_csv

EXAMPLES = examples(
    "kvae score runs/digits/vae",
    "kvae score celeba/dcgan_vae photo.jpg folder/ more.zip --samples 500 --out scores.csv",
    "kvae score runs/digits/vae --split train --first 100",
)

Images = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="IMAGES",
        callback=existing,
        help="Image files, folders, zip files or .npz files; by default the examples of a split.",
        show_default=False,
    ),
]
Samples = Annotated[
    int, typer.Option(min=1, metavar="N", help="Number of draws per image for the estimate of log p(x).")
]
Labels = Annotated[
    list[str] | None,
    labels_option("Labels of IMAGES, for a model that takes labels: all attributes, Smiling=1,Male=0, or a class."),
]
Out = Annotated[Path, out_option("Table (.csv)", ".csv")]


def score(
    model: Model,
    images: Images = None,
    samples: Samples = 2000,
    first: First = None,
    split: Split = None,
    label: Labels = None,
    seed: Seed = 0,
    out: Out = Path("scores.csv"),
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Write log p(x), rate and distortion of each image into a table.

    The columns log_p, rate and distortion are in nats. bits_per_dim is −log p(x) per dimension in bits. rate_bits_per_dim
    and distortion_bits_per_dim are the rate and the distortion per dimension in bits. log p(x) is estimated by importance
    sampling with --samples draws. The time is stated first. If the command is stopped, the same command resumes it. The
    table is written at the end.
    """
    labels = read_labels(label)
    trained = open_model(model, settings(set_), needs_data=not images)
    report = trained.score(images, split=split, labels=labels, first=first, samples=samples, seed=seed)
    write_csv(out, report.pop("rows"))
    if json:
        print_json({**report, "out": str(out)})
        return
    print_metrics(report["means"])
    for name, reason in report["skipped"].items():
        echo(f"{name} skipped: {reason}")
    echo(f"{report['n']:,} images, {samples:,} samples each: {out}")
