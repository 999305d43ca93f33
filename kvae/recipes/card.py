"""What a preset's card says of a run."""

import re
import shlex

from kvae.errors import UserError
from kvae.evaluation import METRICS, reporting
from kvae.recipes.registry import load
from kvae.runs import Run


def card(run: Run) -> dict:
    """Recipe, source, parameters, data, figures of a finished run, and the commands that repeat them."""
    if not run.finished:
        raise UserError(f"Expected a run that is finished. Received: {run.path}. Go on: kvae train --resume {run.path}")
    config, metrics = run.config, run.metrics or {}
    recipe = load(config["recipe"])
    usual = recipe.resolve()
    changed = {k: v for k, v in config["parameters"].items() if _plain(v) != _plain(usual.get(k))}
    settings = "".join(f" --set {shlex.quote(f'{name}={_text(value)}')}" for name, value in changed.items())
    begun = f" --warm-start {shlex.quote(config['warm_start'])}" if "warm_start" in config else ""
    return {
        **{key: config[key] for key in ("recipe", "parameters", "seed", "data", "warm_start") if key in config},
        "summary": recipe.docstring.partition("\n")[0],
        "source": _source(recipe.docstring),
        "trained_on": config["backend"],
        "trained_with": config["versions"],
        "epochs": int(run.history()["epoch"][-1]),
        "figures_on": metrics.get("data"),
        "examples": metrics.get("n"),
        "figures": metrics.get("metrics", {}),
        "evaluation": _evaluation(metrics, config["backend"]),
        "command": f"kvae train {shlex.quote(config['recipe'])}{settings}{begun} --seed {config['seed']} "
        f"--backend {config['backend']}",
    }


def _source(docstring: str) -> str | None:
    """The paragraph that begins with "Source:", on one line."""
    found = re.search(r"^Source:(.*?)(?=^\s*$|^(?:Expected|Cost|Command|Chosen|Silent)\b|\Z)", docstring, re.M | re.S)
    return " ".join(found[1].split()) if found else None


def _evaluation(metrics: dict, backend: str) -> str | None:
    """The command that computes the figures of a run again, from the weights of MODEL."""
    figures = metrics.get("metrics", {})
    known = {metric.name for metric in map(reporting, figures) if metric}
    if not known:
        return None
    words = ["kvae evaluate MODEL --split", metrics["data"].rpartition("/")[2]]
    words += [f"--metric {name}" for name in METRICS if name in known]
    words += [f"--samples {figures['nll_samples']}"] if "nll_samples" in figures else []
    words += ["--judge CLASSIFIER"] if "attributes" in known else []
    return " ".join([*words, "--backend", backend])


def _plain(value):
    return list(value) if isinstance(value, tuple) else value


def _text(value) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
