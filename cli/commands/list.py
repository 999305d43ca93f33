"""`kvae list`"""

from pathlib import Path

from kvae import data, weights, zoo
from kvae.cli.options import DataDir, Json, examples
from kvae.cli.output import echo, print_json, print_table
from kvae.recipes.docstring import summary

EXAMPLES = examples("kvae list", "kvae list --json --data-dir ~/data")


def list_recipes(data_dir: DataDir = None, json: Json = False):
    """List the recipes, and show whether their data are available and whether a trained model is bundled as a preset.

    The name of a preset can be used wherever a command takes a MODEL.
    """
    found = list(entries().values())
    if json:
        print_json(found)
        return
    rows = ((e["name"], _state(e), "bundled" if e["preset"] else "", e["summary"]) for e in found)
    print_table([("recipe", "data", "preset", "summary"), *rows])
    bundled = next(e["name"] for e in found if e["preset"])
    echo(f"\nA preset is a trained model: kvae sample {bundled}\nData sets, and how to get them: kvae data")


def entries() -> dict[str, dict]:
    """Return the entry of each recipe by its name. The first part of the name, `<dataset>/<model>`, is its data set."""
    presets = weights.names()
    return {name: _entry(name, file, name in presets) for name, file in zoo.files().items()}


def _entry(name: str, file: Path, preset: bool) -> dict:
    dataset = name.partition("/")[0]
    return {
        "name": name,
        "kind": "recipe",
        "summary": summary(file),
        "dataset": dataset,
        "data_here": data.is_available(dataset),
        "preset": preset,
    }


def _state(entry: dict) -> str:
    if entry["dataset"] == "folder":
        return "yours"
    return "available" if entry["data_here"] else "missing"
