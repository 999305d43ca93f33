"""The entries of a preset's card that come from the run and its recipe, such as its metrics and the commands."""

import shlex
from collections.abc import Mapping
from typing import Any

from kvae.evaluation import METRICS, reporting
from kvae.recipes import renamed
from kvae.recipes.registry import load_recorded
from kvae.runs import Run


def card(run: Run) -> dict[str, Any]:
    """Return recipe, source, parameters, data and metrics of a finished run, and the commands that reproduce them."""
    run.check_finished()
    config, metrics = run.config, run.metrics or {}
    recipe = load_recorded(config["recipe"], run.path)
    parameters = renamed.present(config["recipe"], config)
    return {
        **{key: config[key] for key in ("recipe", "seed", "data", "warm_start") if key in config},
        "parameters": parameters,
        "summary": recipe.summary,
        "source": recipe.source,
        "trained_on": config["backend"],
        "trained_in": config.get("precision", "float32"),
        "trained_with": config["versions"],
        "epochs": int(run.history()["epoch"][-1]),
        "best_epoch": run.best_epoch,
        "metrics_data": metrics.get("data"),
        "examples": metrics.get("n"),
        "metrics_precision": metrics.get("precision", "float32"),
        "metrics": metrics.get("metrics", {}),
        "evaluation": evaluation_command(metrics, config["backend"]),
        "command": training_command({**config, "parameters": parameters}, recipe.resolve()),
    }


def training_command(config: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Return the command that trains a run with this configuration. `defaults` are the parameters of its recipe."""
    words = ["kvae train", shlex.quote(config["recipe"])]
    for name, value in config["parameters"].items():
        if name not in defaults or _plain(value) != _plain(defaults[name]):
            words.append(f"--set {shlex.quote(f'{name}={_text(value)}')}")
    if "warm_start" in config:
        words.append(f"--warm-start {shlex.quote(config['warm_start'])}")
    if config.get("precision", "float32") != "float32":
        words.append(f"--precision {config['precision']}")
    return " ".join([*words, f"--seed {config['seed']}", f"--backend {config['backend']}"])


def evaluation_command(report: Mapping[str, Any], backend: str) -> str | None:
    """Return the command that computes the metrics of `report` again, in which MODEL represents the model.

    Returns None if `report` holds no value of a metric.
    """
    values = report.get("metrics", {})
    known = {metric.name for metric in map(reporting, values) if metric}
    if not known:
        return None
    words = ["kvae evaluate MODEL --split", report["data"].rpartition("/")[2]]
    words += [f"--metric {name}" for name in METRICS if name in known]
    words += [f"--samples {values['nll_samples']}"] if "nll_samples" in values else []
    words += ["--classifier CLASSIFIER"] if "attributes" in known else []
    features = {values[name] for name in (f"{metric}.features" for metric in known) if name in values}
    words += [f"--features {shlex.quote(name)}" for name in sorted(features)]
    return " ".join([*words, "--backend", backend])


def _plain(value):
    """Return `value` with tuples as lists, as JSON reads them."""
    return list(value) if isinstance(value, tuple) else value


def _text(value) -> str:
    """Return a parameter's value as `--set` takes it."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
