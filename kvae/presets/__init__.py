"""Trained models in small folders. Any backend loads them, and loading one is harmless, whoever made it."""

from kvae.presets.layout import read_card
from kvae.presets.load import from_preset, load_sampler
from kvae.presets.preset import Preset, open_run_or_preset, to_preset
from kvae.presets.probe import deviation
from kvae.presets.push import push_preset
from kvae.weights import names

__all__ = [
    "Preset",
    "deviation",
    "from_preset",
    "load_sampler",
    "names",
    "open_run_or_preset",
    "push_preset",
    "read_card",
    "to_preset",
]
