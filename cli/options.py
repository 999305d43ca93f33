"""Options and arguments that several commands share, and parsing of their texts."""

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeGuard

import typer

from kvae.cli import completion, environment
from kvae.errors import UserError


class BackendName(StrEnum):
    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


class PrecisionName(StrEnum):
    float32 = "float32"
    bfloat16 = "bfloat16"


class SplitName(StrEnum):
    test = "test"
    validation = "validation"
    train = "train"


class TrackerName(StrEnum):
    tensorboard = "tensorboard"
    mlflow = "mlflow"
    wandb = "wandb"
    trackio = "trackio"


def _set_data_dir(path: Path | None):
    if path is not None:
        os.environ["KVAE_DATA"] = str(path)
    return path


Backend = Annotated[
    BackendName | None,
    typer.Option(
        callback=environment.prepare,
        help="Backend of Keras; by default KERAS_BACKEND, or the first of these that is installed.",
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
        help="Folder with one sub-folder per data set; by default KVAE_DATA, or ./data.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print only JSON on stdout.")]
Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A run directory, or a preset: its name, its folder or hf://user/repo.",
        autocompletion=completion.models,
        show_default=False,
    ),
]
Classifier = Annotated[
    str | None,
    typer.Option(
        "--classifier",
        metavar="MODEL",
        help="A trained classifier: its run directory or preset. It predicts the labels of images.",
        autocompletion=completion.models,
        show_default=False,
    ),
]
Features = Annotated[
    str | None,
    typer.Option(
        "--features",
        metavar="NETWORK",
        help="The feature network of frechet, kernel, nearest, precision_recall, density_coverage, translated, "
        "refinement and several: a run or preset of a classifier, inception_v3 or vgg19; by default the bundled classifier "
        "of the data.",
        autocompletion=completion.models,
        show_default=False,
    ),
]
RecipeName = typer.Argument(
    metavar="RECIPE",
    help="Name of a recipe, or your own .py file.",
    autocompletion=completion.recipes,
    show_default=False,
)
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of all random draws.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a parameter of the recipe (`kvae show RECIPE` lists them); repeatable. The last value of a name counts.",
        show_default=False,
    ),
]


First = Annotated[
    int | None, typer.Option(min=1, help="Use only the first N examples.", metavar="N", show_default=False)
]
Split = Annotated[
    SplitName | None,
    typer.Option(
        help="Part of the data; by default test, or validation if there is no test split.", show_default=False
    ),
]
DataSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a parameter of the data, such as data.path=FOLDER if the images have moved; repeatable.",
        show_default=False,
    ),
]


def existing(paths: list[Path] | Path | str | None):
    """Return the paths of an argument, or the number of an example. Raise an error before any work if one is missing."""
    for path in paths if isinstance(paths, list | tuple) else [paths]:
        if path is not None and not str(path).isdecimal() and not Path(path).exists():
            raise UserError(f"Expected an image, a folder or a zip file. Received: {path}, which does not exist.")
    return paths


def number_option(help: str):
    """Return the option -n."""
    return typer.Option("-n", "--number", min=1, help=help)


Scale = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=64,
        metavar="N",
        help="Enlarge images by this factor; by default small images become about 64 pixels tall.",
        show_default=False,
    ),
]
Columns = Annotated[int, typer.Option(min=1, metavar="N", help="Number of images next to each other.")]


def is_example(text: str | None) -> TypeGuard[str]:
    """Return True if an argument is the number of a held-out example, and not the path of an image."""
    return text is not None and text.isdecimal()


def number_or_path(text: str | None) -> int | str | None:
    """Return an argument as an integer if it is the number of a held-out example, and the path of an image as it is."""
    return int(text) if is_example(text) else text


def labels_option(help: str):
    """Return the option --label, whose texts `kvae.cli.label_option` reads."""
    return typer.Option("--label", metavar="LABEL", help=help, show_default=False)


def out_option(kind: str, *suffixes: str, default: str | None = None):
    """Return the option --out.

    Args:
        kind: description of the files that the command writes.
        suffixes: suffixes of these files; "" represents a new folder.
        default: path, relative to the run directory, of the file that is written without the option; None if Typer shows
            the default.
    """
    or_folder = ", or a new folder for one file per image" if "" in suffixes else ""
    or_default = (
        f"; by default {default} in a run, or {Path(default).name} in the current folder for a preset"
        if default
        else ""
    )

    def check(path: Path | None):
        if path is not None:
            _check_target(path, suffixes)
        return path

    return typer.Option(
        callback=check,
        metavar="PATH" if or_folder else "FILE",
        help=f"{kind}{or_folder}{or_default}. An existing file is replaced.",
        show_default=default is None,
    )


def _check_target(path: Path, suffixes: tuple[str, ...]):
    """Raise an error before any work if the command cannot write to `path`."""
    suffix = "" if path.is_dir() else path.suffix
    if suffix not in suffixes:
        kinds = " or ".join(f"*{each}" if each else "a folder" for each in suffixes)
        raise typer.BadParameter(f"expected {kinds}, got {path}.")
    if suffix == "" and path.exists() and (path.is_file() or any(path.iterdir())):
        raise typer.BadParameter(f"expected a new or empty folder, got {path}.")


def settings(texts: Iterable[str] | None) -> dict[str, str]:
    """Return {name: value} of the texts NAME=VALUE of --set. Values are texts. Recipes and metrics convert them later."""
    return pairs(texts, "NAME=VALUE", "--set")


def pairs(texts: Iterable[str] | None, form: str, option: str) -> dict[str, str]:
    """Return {name: value} of texts NAME=VALUE of `option`. The last value of a name counts. `form` is for messages."""
    found = {}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals):
            raise typer.BadParameter(f"expected {form}, got {text!r}.", param_hint=option)
        found[name] = value
    return found


def examples(*commands: str) -> str:
    """Return the end of a help text: examples of commands, one on each line."""
    title = "Example:" if len(commands) == 1 else "Examples:"
    return "\b\n" + "\n".join([title, *(f"  {command}" for command in commands)])
