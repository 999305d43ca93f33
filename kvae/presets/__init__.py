"""Trained models as small folders that any backend loads, and that are harmless to load whoever made them."""

from kvae.presets.preset import Preset, from_preset, names, open_trained, read_card, to_preset
from kvae.presets.probe import deviation
from kvae.presets.push import push_preset

__all__ = ["Preset", "deviation", "from_preset", "names", "open_trained", "push_preset", "read_card", "to_preset"]
