"""Models that a benchmark trains once."""

from pathlib import Path

import kvae


def trained(recipe: str, settings: dict, out: Path) -> kvae.recipes.Trained:
    """Return the model of the run `out`, which is trained first if it does not exist, and resumed if it is unfinished."""
    if not out.exists():
        kvae.zoo.train(recipe, settings, out=out)
    elif not kvae.runs.Run.open(out).finished:
        kvae.zoo.resume(out)
    return kvae.open_trained(out)
