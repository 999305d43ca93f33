"""Former names of constructor arguments, of keys in files and of command-line options.

With these tables the present version reads the files that earlier versions wrote.
"""

from collections.abc import Callable, Mapping
from typing import Any

ARGUMENTS: Mapping[str, Mapping[str, str | Callable[[Any], dict]]] = {
    "kvae>IFCVAEGAN": {"fixed_judge": "fixed_classifier"},
}
"""Former constructor arguments, by the name of the class in Keras' registry.

Each argument is mapped to its present name, or to a function that turns its serialised value into present arguments.
"""

LAYERS = {
    ("keras.layers", "GroupNormalization"): {
        "module": "kvae.networks.normalization",
        "registered_name": "kvae>GroupNormalization",
    },
}
"""Former layers of the networks, by module and class, and what differs in the configuration of the present layer."""

RUN = {"init_from": "warm_start"}
"""Former keys of a run's config.json and their present names. A preset's card has the same keys."""

CARD = {**RUN, "figures": "metrics", "figures_on": "metrics_data"}
"""Former keys of a preset's card and their present names."""

OPTIONS = {"--init-from": "--warm-start", "--judge": "--classifier"}
"""Former options of the command line and their present names."""


def upgrade_arguments(registered_name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constructor arguments in `config`, saved by this or an earlier version, under their present names.

    Args:
        registered_name: name of the class in Keras' registry, such as "kvae>VAE".
        config: the configuration that `get_config` of the class returned when the model was saved.
    """
    former = ARGUMENTS.get(registered_name, {})
    upgraded = {}
    for name, value in config.items():
        present = former.get(name, name)
        upgraded |= present(value) if callable(present) else {present: value}
    return upgraded


def upgrade_layers(config: Any) -> Any:
    """Return a model's serialised configuration with the present layers in place of the former ones."""
    if isinstance(config, list):
        return [upgrade_layers(value) for value in config]
    if not isinstance(config, dict):
        return config
    former = str(config.get("module")), str(config.get("class_name"))
    return {key: upgrade_layers(value) for key, value in config.items()} | LAYERS.get(former, {})


def rename_keys(entries: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a copy of `entries` in the same order, with the keys of `names` replaced by their values."""
    return {names.get(key, key): value for key, value in entries.items()}
