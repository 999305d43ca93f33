"""`kvae evaluate`"""

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from kvae.cli.options import Backend, Classifier, DataDir, Features, First, Json, Model, Split, examples, settings
from kvae.cli.output import echo, origin, print_json, print_metrics, print_table
from kvae.cli.sources import open_classifier, open_model

EXAMPLES = examples(
    "kvae evaluate runs/digits/vae",
    "kvae evaluate runs/digits/vae --full",
    "kvae evaluate runs/digits/vae --metric elbo --metric nll --set nll.samples=5000 --set seed=1 --json",
    "kvae evaluate runs/celeba/cond_vae --metric attributes --classifier celeba/attribute_classifier",
    "kvae evaluate runs/paintings/multi_encoder --metric separation --metric attribution --metric timeline",
    "kvae evaluate celeba/cond_vae --metric frechet --metric kernel --features celeba/attribute_classifier",
    "kvae evaluate --list-metrics",
)

logger = logging.getLogger("kvae.cli")


def _list_metrics(wanted: bool):
    if not wanted:
        return
    from kvae.evaluation import METRICS
    from kvae.recipes.metric_options import settable_options

    print_table([("metric", "values"), *((name, _summary(metric)) for name, metric in METRICS.items())])
    echo("\nOptions for --set NAME=VALUE. A name without a metric sets the option of all metrics that have it.")
    print_table([(f"  {name}", repr(option.default), option.help) for name, option in settable_options().items()])
    raise typer.Exit


def _summary(metric) -> str:
    """Return the first paragraph of a metric's docstring on one line, without the word "Return".

    A formula may follow the paragraph, which then ends with a comma.
    """
    words = " ".join(metric.__doc__.partition("\n\n")[0].split()).removeprefix("Return ")
    return words[0].upper() + words[1:].rstrip(".,:") + "."


Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        help="Compute this metric; repeatable. By default the metrics that suit the kind of model.",
        show_default=False,
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set an option of a metric, such as nll.samples=5000, of all metrics, such as seed=1, or of the data, such as "
        "data.path=FOLDER; repeatable. --list-metrics shows all options of metrics.",
        show_default=False,
    ),
]
ListMetrics = Annotated[
    bool,
    typer.Option("--list-metrics", callback=_list_metrics, is_eager=True, help="List metrics and options, and exit."),
]
Full = Annotated[
    bool, typer.Option("--full", help="Also compute nll, which takes minutes or hours. Its time is stated first.")
]
Samples = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Same as --set nll.samples=N: number of draws per example for the estimate of log p(x), 2000 by default.",
        metavar="N",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        file_okay=False,
        help="Folder of plots; by default images in a run, or PRESET-plots in the current folder for a preset.",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=2**32 - 1,
        metavar="N",
        help="Same as --set seed=N: seed of all random draws, 0 by default.",
        show_default=False,
    ),
]


def evaluate(
    model: Model,
    metrics: Metrics = None,
    full: Full = False,
    set_: Options = None,
    samples: Samples = None,
    first: First = None,
    split: Split = None,
    classifier: Classifier = None,
    features: Features = None,
    seed: Seed = None,
    out: Out = None,
    list_metrics: ListMetrics = False,
    data_dir: DataDir = None,
    backend: Backend = None,
    json: Json = False,
):
    """Compute metrics of a model on held-out data.

    The metrics are printed and saved in metrics.json of the run. Networks compute in float32, also if they were trained in
    bfloat16. ELBO, rate, distortion and likelihoods are in nats; errors are per dimension, with data in [0, 1]. The
    metrics separation, attribution, cross_encoding and timeline also draw plots if they are named by --metric. The names
    of their files are printed.

    The metric nll estimates −log p(x) by importance sampling and may take hours. It is computed with --full, --metric nll
    or --samples. Its time is stated first. If it is stopped, the same command resumes it.

    The metrics frechet, kernel, nearest, precision_recall and density_coverage compare samples with training images in the
    features of a network. Next to samples they report reconstructions and held-out images. The metric translated compares
    translations with held-out images of the kind that they imitate, and several compares random translations of one image.
    The metric refinement compares images before and after the refiner of StyleTransferVAE. The metric answers gives the
    classes that a classifier (--classifier) assigns to translations. They are computed if they are named.
    """
    aliases = {"nll.samples": samples, "seed": seed}
    values: dict[str, Any] = {**{name: value for name, value in aliases.items() if value is not None}, **settings(set_)}
    of_data = {name: values.pop(name) for name in list(values) if name.startswith("data.")}
    trained = open_model(model, of_data, needs_data=True)
    from kvae.recipes.metric_options import parse_options

    options = parse_options(values)
    networks = {"classifier": open_classifier(classifier), "features": features}
    report = trained.evaluate(metrics, split=split, first=first, full=full, **networks, **options)
    if json:
        print_json(report)
    else:
        echo(f"{origin(report)}\n")
        print_metrics(report["metrics"])
        for name, reason in report["skipped"].items():
            echo(f"{name} skipped: {reason}")
    for path in trained.save_report(report, plots=bool(metrics), folder=out, seed=options.get("seed", 0)):
        logger.info("Saved: %s", path)
