"""`kvae list`"""

from kvae import data, weights, zoo
from kvae.cli.options import DataDir, Json, examples
from kvae.cli.output import echo, print_json, print_table
from kvae.recipes.docstring import summary

EXAMPLES = examples("kvae list", "kvae list --json --data-dir ~/data")


def list_recipes(data_dir: DataDir = None, json: Json = False):
    """List the recipes, and show whether their data are available and whether a trained model is bundled as a preset.

    The name of a preset can be used wherever a command takes a MODEL.
    """
    entries = [entry(name) for name in zoo.names()]
    if json:
        print_json(entries)
        return
    rows = ((e["name"], _state(e), "bundled" if e["preset"] else "", e["summary"]) for e in entries)
    print_table([("recipe", "data", "preset", "summary"), *rows])
    bundled = next(e["name"] for e in entries if e["preset"])
    echo(f"\nA preset is a trained model: kvae sample {bundled}\nData sets, and how to get them: kvae data")


def entry(name: str) -> dict:
    """Return a recipe's entry in the list. The first part of its name, `<dataset>/<model>`, is its data set."""
    dataset = name.partition("/")[0]
    return {
        "name": name,
        "kind": "recipe",
        "summary": summary(zoo.files()[name]),
        "dataset": dataset,
        "data_here": data.is_available(dataset),
        "preset": name in weights.names(),
    }


def _state(entry: dict) -> str:
    if entry["dataset"] == "folder":
        return "yours"
    return "available" if entry["data_here"] else "missing"
