"""`kvae data` and `kvae data get`"""

from typing import Annotated

import typer

from kvae import data, zoo
from kvae.cli import completion
from kvae.cli.errors import usage
from kvae.cli.options import DataDir, Json, examples
from kvae.cli.output import echo, print_json, print_table

EXAMPLES = examples("kvae data", "kvae data --verify", "kvae data get mnist")
GET_EXAMPLES = examples("kvae data get mnist", "kvae data get omniglot --data-dir ~/data")

Verify = Annotated[bool, typer.Option("--verify", help="Compare checksums, and not only the sizes of files.")]
Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Name of a data set.", autocompletion=completion.data_sets, show_default=False),
]


def list_data(context: typer.Context, verify: Verify = False, data_dir: DataDir = None, json: Json = False):
    """List the data sets: their origin, licence and files, and which files are present."""
    if context.invoked_subcommand is not None:
        return
    recipes = zoo.names()
    entries = [_entry(name, verify, recipes) for name in data.names()]
    if json:
        print_json(entries)
        return
    for entry in entries:
        _print(entry)
    echo("Your own images need no entry: kvae train folder/conv_vae --set data.path=FOLDER")


def get(name: Name, data_dir: DataDir = None, json: Json = False):
    """Download the official files of a data set over HTTPS, and compare their checksums.

    The same command continues an interrupted download. If the authors do not allow downloads by a program, the command says
    what to do.
    """
    with usage():
        entry = data.describe(name)
    paths = [str(path) for path in data.download(name)]
    if json:
        print_json({"name": name, "new": paths})
    elif paths:
        echo("\n".join(paths))
    else:
        echo(f"{name} is {entry['origin']}." if entry["folder"] is None else f"{name} is complete.")


def _entry(name: str, verify: bool, recipes: tuple[str, ...]) -> dict:
    return {
        **data.describe(name, verify=verify),
        "recipes": [recipe for recipe in recipes if recipe.startswith(f"{name}/")],
    }


def _print(entry: dict) -> None:
    """Print the entry of a data set in the list."""
    state = "available" if entry["available"] else "missing"
    echo(f"{entry['name']}: {state}{' in ' + entry['folder'] if entry['folder'] else ''}")
    rows = [(key, entry[key]) for key in ("origin", "licence", "cite", "recipes", "download") if entry[key]]
    for file in entry["files"]:
        rows += [("file", f"{file['name']}, {file['size']:,} bytes: {file['state']}"), ("", file["sha256"])]
    rows += [("read instead", name) for name in entry["other_files"]]
    rows += [("" if number else "to do", line) for number, line in enumerate(entry["instructions"])]
    print_table([(f"  {key}", value) for key, value in rows])
    echo("")
