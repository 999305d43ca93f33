"""`kvae new`"""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from kvae import zoo
from kvae.cli import completion
from kvae.cli.errors import usage
from kvae.cli.options import examples
from kvae.cli.output import echo

EXAMPLES = examples("kvae new my_recipe.py", "kvae new faces.py --from folder/conv_vae")

File = Annotated[Path, typer.Argument(metavar="FILE", help="New file *.py.", show_default=False)]
Source = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="RECIPE",
        help="Recipe that the new one begins as a copy of.",
        autocompletion=completion.recipes,
    ),
]


def new(file: File, source: Source = "digits/vae"):
    """Write a recipe of your own, as a copy of another one.

    Its functions may then be changed: `data`, `model` and `training`. Their arguments are the parameters of the recipe.
    """
    with usage():
        zoo.copy(source, file)
    echo(f"{file}\n\nNext:\n  kvae show {shlex.quote(str(file))}\n  kvae train {shlex.quote(str(file))}")
