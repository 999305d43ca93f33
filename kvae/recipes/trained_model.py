"""The trained model of a run or a preset, which may come from anyone."""

from kvae.presets import Preset
from kvae.recipes.recipe_file import load_known_file
from kvae.runs import Run


def load_model(source: Run | Preset):
    """Return the trained model of a run or a preset.

    The recipe of a run may be a file that the user has named on this account. It then runs, because it may register classes
    that the model consists of.
    """
    if isinstance(source, Preset):
        return source.load_model()
    return source.load_model(own_classes=load_known_file(source.config["recipe"]) is not None)
