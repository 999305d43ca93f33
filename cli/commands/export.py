"""`kvae export`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.models import open_model
from kvae.cli.options import Backend, Model, examples
from kvae.errors import UserError

EXAMPLES = examples(
    "kvae export runs/digits/vae weights/digits/vae",
    "kvae export runs/celeba/csvae csvae --half",
)

Out = Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an older preset.", show_default=False)]
Half = Annotated[bool, typer.Option("--half", help="Keep weights in 16 bits: half the size, figures to three digits.")]


def export(model: Model, out: Out, half: Half = False, backend: Backend = None):
    """Write a finished run as a preset: a small folder that any backend loads, and that is harmless to load.

    It holds the model's configuration, its weights, and a card with recipe, data, figures and checksums.
    """
    run = open_model(model)
    from kvae.presets import Preset, to_preset
    from kvae.zoo.card import card

    if isinstance(run, Preset):
        raise UserError(f"Expected a run directory. Received: {model}, which is a preset already.")
    to_preset(run.load_model(), out, card(run), half=half)
    size = sum(file.stat().st_size for file in out.iterdir())
    typer.echo(f"{out}: {size / 1e6:.1f} MB. Load it: kvae.from_preset({str(out)!r})")
