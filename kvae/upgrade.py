"""Renamed constructor arguments and keys of files, so that this version reads what earlier ones wrote."""

from collections.abc import Callable, Mapping
from typing import Any

ARGUMENTS: Mapping[str, Mapping[str, str | Callable[[Any], dict]]] = {
    "kvae>IFCVAEGAN": {"fixed_judge": "fixed_classifier"},
}
"""Former constructor arguments of each registered class.

Each is mapped to its present name, or to a function that turns its serialised value into present arguments.
"""

RUN = {"init_from": "warm_start"}
"""Former keys of a run's config.json, and of a preset's card."""

CARD = {**RUN, "figures": "metrics", "figures_on": "metrics_data"}
"""Former keys of a preset's card."""

OPTIONS = {"--init-from": "--warm-start", "--judge": "--classifier"}
"""Former options of the command line."""


def upgrade_arguments(registered_name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constructor arguments in `config`, which any version has saved, under their present names.

    Args:
        registered_name: name of the class in Keras' registry, such as "kvae>VAE".
        config: what `get_config` of the class returned when the model was saved.
    """
    former = ARGUMENTS.get(registered_name, {})
    upgraded = {}
    for name, value in config.items():
        present = former.get(name, name)
        upgraded |= present(value) if callable(present) else {present: value}
    return upgraded


def rename_keys(entries: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a copy of `entries` in the same order, with the keys of `names` replaced by their values."""
    return {names.get(key, key): value for key, value in entries.items()}
