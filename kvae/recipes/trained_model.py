"""The trained model of a run or a preset, which may come from anyone."""

from pathlib import Path

from kvae.presets import Preset
from kvae.recipes.registry import load
from kvae.recipes.trust import is_known
from kvae.runs import Run


def load_model(source: Run | Preset):
    """Return the trained model of a run or a preset.

    The recipe of a run may be a file that the user has named on this account. It then runs, because it may register classes
    that the model consists of.
    """
    if isinstance(source, Preset):
        return source.load_model()
    recipe = source.config["recipe"]
    own = recipe.endswith(".py") and is_known(Path(recipe))
    if own:
        load(recipe)
    return source.load_model(own_classes=own)
