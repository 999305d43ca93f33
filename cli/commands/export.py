"""`kvae export`"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.environment import import_keras
from kvae.cli.label_option import labels
from kvae.cli.options import Backend, DataDir, Model, examples
from kvae.cli.sources import open_model
from kvae.errors import UserError

EXAMPLES = examples(
    "kvae export runs/digits/vae weights/digits/vae",
    "kvae export runs/celeba/csvae csvae --half",
    "kvae export runs/celeba/csvae hf://user/csvae --licence other",
)

Out = Annotated[
    str,
    typer.Argument(
        metavar="DIR",
        help="A new folder, an older preset, or hf://user/repo on the Hugging Face Hub.",
        show_default=False,
    ),
]
Half = Annotated[bool, typer.Option("--half", help="Keep weights in 16 bits: half the size, figures to three digits.")]
Licence = Annotated[
    str | None,
    typer.Option(
        metavar="ID", help="On the Hub: of the weights, as it names licences: apache-2.0.", show_default=False
    ),
]
Private = Annotated[bool, typer.Option("--private", help="On the Hub: a new repository that others do not see.")]


def export(
    model: Model,
    out: Out,
    half: Half = False,
    licence: Licence = None,
    private: Private = False,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Write a finished run as a preset: a small folder that any backend loads, and that is harmless to load.

    It holds the model's configuration, its weights, and a card with recipe, data, figures and checksums. On the Hugging
    Face Hub it gets a page with a picture; a preset may be put there too.
    """
    if out.startswith("hf://"):
        _push(model, out, half, licence, private)
        return
    if licence or private:
        raise typer.BadParameter("they are about hf://user/repo.", param_hint="--licence, --private")
    out = _export(open_model(model), model, Path(out), half)
    size = sum(file.stat().st_size for file in out.iterdir())
    typer.echo(f"{out}: {size / 1e6:.1f} MB. Load it: kvae.from_preset({str(out)!r})")


def _export(run, name: str, out: Path, half: bool) -> Path:
    from kvae.presets import Preset, to_preset
    from kvae.recipes.card import card

    if isinstance(run, Preset):
        raise UserError(f"Expected a run directory. Received: {name}, which is a preset already.")
    import_keras(whole=True)
    return to_preset(run.load_model(), out, card(run), half=half)


def _push(name: str, repo: str, half: bool, licence: str | None, private: bool):
    run = open_model(name)
    from kvae.presets import Preset, push_preset
    from kvae.presets.hub import check_login, repository

    check_login(repository(repo))  # before any work
    with tempfile.TemporaryDirectory() as temporary:
        pushed = run.path
        if half or not isinstance(run, Preset):
            pushed = _export(run, name, Path(temporary), half)
        address = push_preset(pushed, repo, y=_labels(run), licence=licence, private=private)
    typer.echo(f"{address}. Load it: kvae.from_preset({repo!r})")


def _labels(run):
    """Labels of held-out examples for the picture, where a model takes labels and its data are here."""
    from kvae.models import LatentModel
    from kvae.plots.samples import sample_count

    model = run.load_model()
    if not isinstance(model, LatentModel) or "y" not in model.batch_spec:
        return None
    try:
        return labels(run, model, (), sample_count(model))[0]
    except UserError:
        return None
