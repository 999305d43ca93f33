"""`kvae evaluate`"""

import logging
from enum import StrEnum
from typing import Annotated

import typer

from kvae.cli.options import Backend, DataDir, Json, Model, Seed, examples
from kvae.cli.output import finite, print_figures, print_json
from kvae.cli.sources import held_out, load_classifier, open_model, trained_model

EXAMPLES = examples(
    "kvae evaluate runs/digits/vae",
    "kvae evaluate runs/digits/vae --samples 5000",
    "kvae evaluate runs/digits/vae --metric elbo --metric reconstruction --json",
    "kvae evaluate runs/celeba/cond_vae --metric attributes --judge runs/celeba/attribute_classifier",
    "kvae evaluate runs/paintings/multi_encoder --metric separation --metric attribution --metric timeline",
)


logger = logging.getLogger("kvae.cli")


class SplitName(StrEnum):
    test = "test"
    validation = "validation"
    train = "train"


Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        help="Compute this metric; repeatable, by default all.",
        show_default=False,
    ),
]
Samples = Annotated[
    int, typer.Option(min=1, help="Draws per example that log p(x) is estimated from; costs in proportion.")
]
First = Annotated[
    int | None, typer.Option("--first", min=1, help="Only the first N examples.", metavar="N", show_default=False)
]
Judge = Annotated[
    str | None,
    typer.Option(
        metavar="RUN",
        help="A classifier's run, which says whether pictures made by the model show the labels asked for.",
        show_default=False,
    ),
]
Split = Annotated[
    SplitName | None,
    typer.Option(help="Part of the data; by default test, or validation where there is no test.", show_default=False),
]


def evaluate(
    model: Model,
    metrics: Metrics = None,
    samples: Samples = 2000,
    first: First = None,
    split: Split = None,
    judge: Judge = None,
    seed: Seed = 0,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Compute a model's figures on held-out data.

    They are printed and kept in the run's metrics.json. Of separation, attribution, cross_encoding and timeline, when
    asked for, there are pictures beside them. Information is in nats, errors are per dimension with
    data in [0, 1]. The longest part is nll, the likelihood by importance sampling: --metric leaves it out, --first
    and --samples make it shorter.
    """
    run = open_model(model)
    from kvae import evaluation
    from kvae.plots.domains import save_plots

    for name in metrics or ():
        if name not in evaluation.METRICS:
            known = ", ".join(evaluation.METRICS)
            raise typer.BadParameter(f"expected {known}, got {name}.", param_hint="--metric")
    batches, data = held_out(run, split, first=first)
    options = {"nll": {"samples": samples, "seed": seed}, "elbo": {"seed": seed}}
    if judge is not None:
        options["attributes"] = dict(zip(("classifier", "class_names"), load_classifier(judge), strict=True), seed=seed)
    training = None
    if set(evaluation.options()["training"].metrics) & set(metrics or ()):
        training, _ = held_out(run, "train")
        options["training"] = training
    options["separation"] = {"seed": seed}
    about = {"model": model, "recipe": run.config["recipe"], "data": data}
    trained = trained_model(run)
    report = finite({**about, **evaluation.evaluate(trained, batches, metrics, **options)})
    if json:
        print_json(report)
    else:
        typer.echo(f"{data}, {report['n']:,} examples\n")
        print_figures(report["metrics"])
        for name, reason in report["skipped"].items():
            typer.echo(f"{name} skipped: {reason}")
    run.save_metrics(report)
    if metrics:
        for path in save_plots(run.images, trained, batches, report["metrics"], training, seed):
            logger.info("Drawn: %s", path)
