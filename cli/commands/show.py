"""`kvae show`"""

from typing import Annotated

from kvae import zoo
from kvae.cli.commands.list import entries
from kvae.cli.errors import usage
from kvae.cli.options import DataDir, Json, RecipeName, examples
from kvae.cli.output import echo, print_json, print_table
from kvae.tuning.search import search_of

EXAMPLES = examples("kvae show digits/vae", "kvae show my_recipe.py")


def show(name: Annotated[str, RecipeName], data_dir: DataDir = None, json: Json = False):
    """Show the description and the parameters of a recipe."""
    with usage():
        recipe = zoo.load(name)
    parameters = recipe.parameters().values()
    search = search_of(recipe)
    if json:
        print_json(_described(name, recipe, parameters, search))
        return
    echo(f"{name}\n\n{recipe.docstring}\n")
    rows = ((p.name, p.type_name, repr(p.default)) for p in parameters)
    print_table([("parameter", "type", "default"), *rows])
    if search.vary:
        echo("\nkvae tune varies")
        print_table((f"  {parameter}", space) for parameter, space in search.vary.items())
        echo("in order to")
        print_table((f"  {objective}",) for objective in search.objectives)


def _described(name: str, recipe, parameters, search) -> dict:
    """Return the description for JSON."""
    own = {"name": name, "kind": "file", "summary": recipe.summary, "dataset": None, "data_here": None, "preset": False}
    return {
        **entries().get(name, own),
        "docstring": recipe.docstring,
        "parameters": [{"name": p.name, "type": p.type_name, "default": p.default} for p in parameters],
        "search": search.describe() if search.vary else None,
    }
