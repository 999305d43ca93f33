"""What a preset's card says of a run."""

from kvae import zoo
from kvae.errors import UserError
from kvae.runs import Run


def card(run: Run) -> dict:
    """Recipe, parameters, data, figures of a finished run, and the commands that repeat them."""
    if not run.finished:
        raise UserError(f"Expected a run that is finished. Received: {run.path}. Go on: kvae train --resume {run.path}")
    config, metrics = run.config, run.metrics or {}
    usual = zoo.load(config["recipe"]).resolve()
    changed = {k: v for k, v in config["parameters"].items() if _plain(v) != _plain(usual.get(k))}
    settings = "".join(f" --set {name}={_text(value)}" for name, value in changed.items())
    begun = f" --init-from {config['init_from']}" if "init_from" in config else ""
    return {
        **{key: config[key] for key in ("recipe", "parameters", "seed", "data")},
        "trained_on": config["backend"],
        "trained_with": config["versions"],
        "epochs": int(run.history()["epoch"][-1]),
        "figures_on": metrics.get("data"),
        "figures": metrics.get("metrics", {}),
        "command": f"kvae train {config['recipe']}{settings}{begun} --seed {config['seed']} --backend {config['backend']}",
    }


def _plain(value):
    return list(value) if isinstance(value, tuple) else value


def _text(value) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
