"""Conversion of the cards that earlier versions wrote to the present format."""

import re
from collections.abc import Mapping
from typing import Any

from kvae import upgrade
from kvae.evaluation.renamed import current

FORMAT = 2
"""Format of the cards that this version writes. Version 0.1.0 wrote format 1."""


def upgrade_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return a card of format 1 or 2 in format 2: keys, metric values and options of commands have their present names.

    A card of format 2 may hold former names of metric values. The names of the recipe's parameters stay: they depend on the
    recipe.
    """
    card = _in_present_format(card) if card.get("format") == 1 else dict(card)
    if isinstance(card.get("metrics"), Mapping):
        card["metrics"] = current(card["metrics"])
    return card


def _in_present_format(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return a card of format 1 with the present names of keys and of options of commands."""
    card = upgrade.rename_keys(card, upgrade.CARD)
    for key in ("evaluation", "command"):
        if isinstance(card.get(key), str):
            card[key] = _with_present_options(card[key])
    return {**card, "format": FORMAT}


def _with_present_options(command: str) -> str:
    """Return `command` with the former options renamed. Quoted values keep their spelling."""
    return re.sub(r"'[^']*'|--[\w-]+", lambda found: upgrade.OPTIONS.get(found[0], found[0]), command)
