"""The command line: its commands and global options."""

import signal
import sys
from typing import Annotated

import typer

from kvae.cli.commands import (
    blend,
    compare,
    data,
    doctor,
    evaluate,
    explore,
    export,
    fit_sampler,
    interpolate,
    new,
    reconstruct,
    sample,
    score,
    show,
    train,
    transfer,
    translate,
    traverse,
    tune,
)
from kvae.cli.commands import list as list_
from kvae.cli.errors import FAILED, Command, Group, print_traceback
from kvae.cli.options import examples
from kvae.version import __version__

app = typer.Typer(
    cls=Group,
    rich_markup_mode=None,  # importing Rich would take as long as everything else
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("kvae list", "kvae train digits/vae", "kvae sample runs/digits/vae"),
)
app.command("list", cls=Command, epilog=list_.EXAMPLES)(list_.list_recipes)
app.command(cls=Command, epilog=show.EXAMPLES)(show.show)
app.command(cls=Command, epilog=new.EXAMPLES)(new.new)
app.command(cls=Command, epilog=train.EXAMPLES)(train.train)
app.command(cls=Command, epilog=tune.EXAMPLES)(tune.tune)
app.command(cls=Command, epilog=evaluate.EXAMPLES)(evaluate.evaluate)
app.command(cls=Command, epilog=score.EXAMPLES)(score.score)
app.command(cls=Command, epilog=sample.EXAMPLES)(sample.sample)
app.command("fit-sampler", cls=Command, epilog=fit_sampler.EXAMPLES)(fit_sampler.fit_sampler)
app.command(cls=Command, epilog=reconstruct.EXAMPLES)(reconstruct.reconstruct)
app.command(cls=Command, epilog=traverse.EXAMPLES)(traverse.traverse)
app.command(cls=Command, epilog=interpolate.EXAMPLES)(interpolate.interpolate)
app.command(cls=Command, epilog=transfer.EXAMPLES)(transfer.transfer)
app.command(cls=Command, epilog=translate.EXAMPLES)(translate.translate)
app.command(cls=Command, epilog=blend.EXAMPLES)(blend.blend)
app.command(cls=Command, epilog=explore.EXAMPLES)(explore.explore)
app.command(cls=Command, epilog=export.EXAMPLES)(export.export)
app.command(cls=Command, epilog=compare.EXAMPLES)(compare.compare)
app.command(cls=Command, epilog=doctor.EXAMPLES)(doctor.doctor)
datasets = typer.Typer(epilog=data.EXAMPLES)
datasets.callback(invoke_without_command=True)(data.list_data)
datasets.command(cls=Command, epilog=data.GET_EXAMPLES)(data.get)
app.add_typer(datasets, name="data")


def _print_version(context: typer.Context, wanted: bool):
    if wanted and not context.resilient_parsing:
        typer.echo(f"kvae {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
]


@app.callback(invoke_without_command=True)
def kvae(context: typer.Context, version: Version = False):
    """Train, evaluate and use published variational autoencoders on TensorFlow, JAX and PyTorch."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` stops a command as Ctrl-C does
    for stream in (sys.stdout, sys.stderr):  # a terminal without UTF-8 shows "?" for a character that it lacks
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # typeshed declares any text stream
    try:
        app(prog_name="kvae")
    except Exception as error:
        print_traceback(error)
        sys.exit(FAILED)
