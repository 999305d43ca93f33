"""The generated pages of the site: recipes, presets, commands, metrics and the reference of Python."""

from pathlib import Path

GENERATED = Path(__file__).parents[1] / "generated"
"""The folder of the pages, which is not part of the repository."""
