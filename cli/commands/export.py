"""`kvae export`"""

from enum import StrEnum
from typing import Annotated

import typer

from kvae.cli.options import Backend, DataDir, DataSettings, Model, examples, settings
from kvae.cli.output import echo
from kvae.cli.sources import open_model

EXAMPLES = examples(
    "kvae export runs/digits/vae weights/digits/vae",
    "kvae export runs/celeba/csvae csvae --half",
    "kvae export runs/celeba/csvae hf://user/csvae --licence other",
    "kvae export celeba/dcgan_vae faces-onnx --format onnx",
)


class FormatName(StrEnum):
    onnx = "onnx"
    saved_model = "saved_model"
    litert = "litert"
    torch = "torch"


Out = Annotated[
    str,
    typer.Argument(
        metavar="DIR",
        help="A new folder; an existing preset, which is replaced; or hf://user/repo on the Hugging Face Hub.",
        show_default=False,
    ),
]
Format = Annotated[
    FormatName | None,
    typer.Option(
        "--format",
        help="Write the networks for another program, instead of a preset: ONNX, TensorFlow's SavedModel, LiteRT, or an "
        "exported program of PyTorch. MODEL may then be a preset.",
        show_default=False,
    ),
]
Half = Annotated[
    bool,
    typer.Option("--half", help="Store weights in 16 bits: half the size, and metrics that agree to three digits."),
]
Licence = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="Licence of the weights, as an identifier of the Hub, such as apache-2.0.",
        show_default=False,
    ),
]
Private = Annotated[bool, typer.Option("--private", help="Create a private repository on the Hub.")]


def export(
    model: Model,
    out: Out,
    format: Format = None,
    half: Half = False,
    licence: Licence = None,
    private: Private = False,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Write a finished run as a preset, or its networks in the format of another program.

    A preset is a small folder that any backend loads, and that is safe to load, whoever made it. It holds the model's
    configuration, its weights, and a card with recipe, data, metrics and checksums. On the Hugging Face Hub it also gets
    a page with an image of samples. MODEL may be a preset if it is uploaded to the Hub.

    With --format the folder holds encoder and decoder as two deterministic networks, and a README of their shapes.
    """
    _check(out.startswith("hf://"), format, half, licence or private)
    trained = open_model(model, settings(set_))
    if format:
        folder = trained.export_networks(out, format.value)
        echo(f"{folder}: {', '.join(sorted(file.name for file in folder.iterdir()))}")
    elif out.startswith("hf://"):
        address = trained.push(out, half=half, licence=licence, private=private)
        echo(f"{address}. Load it: kvae.from_preset({out!r})")
    else:
        folder = trained.export(out, half=half)
        size = sum(file.stat().st_size for file in folder.iterdir())
        echo(f"{folder}: {size / 1e6:.1f} MB. Load it: kvae.from_preset({str(folder)!r})")


def _check(hub: bool, format: FormatName | None, half: bool, of_hub) -> None:
    """Raise an error before any work if options do not fit each other."""
    if not hub and of_hub:
        raise typer.BadParameter("only valid when exporting to hf://user/repo.", param_hint="--licence, --private")
    if format and (hub or half):
        raise typer.BadParameter("expected a folder, and no --half.", param_hint="--format")
