"""Trained models as small folders that any backend loads, and that are harmless to load whoever made them."""

from kvae.presets.folder import Preset, from_preset, names, read_card, to_preset

__all__ = ["Preset", "from_preset", "names", "read_card", "to_preset"]
