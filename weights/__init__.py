"""Bundled presets: `<dataset>/<model>/` holds the configuration, the weights and the card of a trained model."""

from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Return the names of all bundled presets, sorted. Keras is not imported."""
    return sorted(card.parent.relative_to(FOLDER).as_posix() for card in FOLDER.glob("*/*/card.json"))
