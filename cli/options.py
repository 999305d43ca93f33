"""Options and arguments that several commands share, and how their texts are read."""

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli import environment


class BackendName(StrEnum):
    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


def _set_data_dir(path: Path | None):
    if path is not None:
        os.environ["KVAE_DATA"] = str(path)
    return path


Backend = Annotated[
    BackendName | None,
    typer.Option(
        callback=environment.prepare,
        help="What computes; by default KERAS_BACKEND, else the first installed of these.",
        show_default=False,
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        callback=_set_data_dir,
        exists=True,
        file_okay=False,
        metavar="DIR",
        help="Folder with one sub-folder per data set; by default KVAE_DATA, else ./data.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]
Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="A run directory, or a preset: a name, a folder, hf://user/repo.", show_default=False
    ),
]
RecipeName = typer.Argument(metavar="RECIPE", help="A recipe, or your own .py file.", show_default=False)
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of everything that is random.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a parameter that `kvae show RECIPE` lists; repeatable, the last of a name wins.",
        show_default=False,
    ),
]


def number(help: str):
    """The option -n."""
    return typer.Option("-n", "--number", min=1, help=help)


def label(help: str):
    """The option --label, whose texts `kvae.cli.label_option` reads."""
    return typer.Option("--label", metavar="LABEL", help=help, show_default=False)


def target(what: str, *suffixes: str, default: str | None = None):
    """The option --out: `what` is written, into a file with one of `suffixes`, of which "" is a new folder.

    `default` is the file in MODEL that a command writes without it; where Typer shows it, None.
    """
    or_folder = ", or a new folder for single files" if "" in suffixes else ""
    or_default = f"; by default {default} in MODEL" if default else ""

    def check(path: Path | None):
        if path is not None:
            _check_target(path, suffixes)
        return path

    return typer.Option(
        callback=check,
        metavar="PATH" if or_folder else "FILE",
        help=f"{what}, replaced when it exists{or_folder}{or_default}.",
        show_default=default is None,
    )


def _check_target(path: Path, suffixes: tuple[str, ...]):
    """Refuses, before any work, a place to write to."""
    kind = "" if path.is_dir() else path.suffix
    if kind not in suffixes:
        kinds = " or ".join(f"*{suffix}" if suffix else "a folder" for suffix in suffixes)
        raise typer.BadParameter(f"expected {kinds}, got {path}.")
    if kind == "" and path.exists() and (path.is_file() or any(path.iterdir())):
        raise typer.BadParameter(f"expected a new or empty folder, got {path}.")


def settings(texts: Iterable[str] | None) -> dict[str, str]:
    """{name: value} of `NAME=VALUE` texts; the recipe's signature types the values."""
    return pairs(texts, "NAME=VALUE", "--set")


def pairs(texts: Iterable[str] | None, form: str, option: str) -> dict[str, str]:
    """{name: value} of the texts of `option`, whose `form` is NAME=…; the last of a name wins."""
    found = {}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals):
            raise typer.BadParameter(f"expected {form}, got {text!r}.", param_hint=option)
        found[name] = value
    return found


def examples(*commands: str) -> str:
    """An epilog of commands to copy, which help leaves on lines of their own."""
    title = "Example:" if len(commands) == 1 else "Examples:"
    return "\b\n" + "\n".join([title, *(f"  {command}" for command in commands)])
