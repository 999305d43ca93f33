"""Pages of the commands of `kvae`, made of the texts that --help prints."""

import typer
from typer.core import TyperGroup

from kvae.cli.app import app
from pages.markdown import code, escape, literal, page, section, table, toctree


def pages() -> dict[str, str]:
    """Return {name of the page: text} of an overview and of each command."""
    group = typer.main.get_command(app)
    context = typer.Context(group, info_name="kvae")
    commands = {name: typer.Context(command, context, name) for name, command in group.commands.items()}
    rows = ((f"[kvae {name}](commands/{name}.md)", escape(_summary(each))) for name, each in commands.items())
    overview = page(
        "Commands",
        "Each page holds what `kvae COMMAND --help` prints.",
        table(("command", ""), rows),
        toctree(f"commands/{name}" for name in commands),
    )
    return {"commands": overview, **{f"commands/{name}": _page(context) for name, context in commands.items()}}


def _summary(context: typer.Context) -> str:
    return context.command.help.partition("\n\n")[0]


def _page(context: typer.Context) -> str:
    """Return the page of a command, with its subcommands as sections."""
    command = context.command
    inner = command.commands.items() if isinstance(command, TyperGroup) else ()
    return page(
        context.command_path,
        *_parts(context),
        *(
            section(f"kvae {context.info_name} {name}", *_parts(typer.Context(each, context, name)))
            for name, each in inner
        ),
    )


def _parts(context: typer.Context) -> list[str]:
    """Return the blocks of text about a command: usage, description, arguments and options, and examples."""
    command = context.command
    records = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    examples = [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  ")]
    return [
        code(command.get_usage(context).removeprefix("Usage: ")),
        escape(command.help.strip()),
        table(("argument or option", "meaning"), ((literal(name), escape(help)) for name, help in records)),
        code("\n".join(examples), "bash") if examples else "",
    ]
