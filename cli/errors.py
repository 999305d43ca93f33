"""Errors of the command line. Each has a sentence and an exit code, and only a bug has a traceback."""

import contextlib
import difflib
import errno
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup

import kvae
from kvae.cli.environment import announced
from kvae.cli.output import echo
from kvae.errors import ChoiceError, UserError
from kvae.upgrade import OPTIONS

FAILED, USAGE, INTERRUPTED = 1, 2, 130
"""Exit codes: the command failed, the command was wrong, and Ctrl-C."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
_OUT_OF_MEMORY = {
    "ResourceExhaustedError",
    "OutOfMemoryError",
}  # of TensorFlow and of PyTorch, which must not be imported here


class UsageError(UserError):
    """A mistake in the command itself, not in the data or in a model."""


@contextlib.contextmanager
def usage() -> Iterator[None]:
    """Turn each `UserError` of the block into a `UsageError`."""
    try:
        yield
    except UserError as error:
        raise UsageError(str(error)) from error


class Command(TyperCommand):
    """A command that explains options of version 0.1.0, and options that are parameters of a recipe."""

    def parse_args(self, ctx, args):
        if ctx.resilient_parsing:  # the shell completes a command that is not finished
            return super().parse_args(ctx, args)
        known = {option for parameter in self.params for option in parameter.opts} | set(ctx.help_option_names)
        for word in args:
            option = word.partition("=")[0]
            if option in OPTIONS:
                raise UsageError(f"{option} is now called {OPTIONS[option]}.")
            if "--set" in known and option.startswith("--") and not _resembles(option, known):
                raise UsageError(f"No such option: {option}. Parameters are set by --set {option[2:]}=VALUE.")
        return super().parse_args(ctx, args)


def _resembles(option: str, known: set[str]) -> bool:
    """Return True if `option` is a known option, or likely a misspelt one."""
    return option == "--" or bool(difflib.get_close_matches(option, known, cutoff=0.72))


class Group(TyperGroup):
    """The group of all commands. It reports each error that is not a bug in one sentence on stderr."""

    def parse_args(self, ctx, args):
        # Typer now imports Pydantic, which takes as long as everything before.
        with contextlib.nullcontext() if ctx.resilient_parsing else announced("kvae"):
            return super().parse_args(ctx, args)

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            sentence, code = explain(error)
            if sentence is None:
                raise
            echo("\n".join([sentence, *getattr(error, "__notes__", ())]), err=True)
            raise typer.Exit(code) from error


def print_traceback(error: Exception) -> None:
    """Print an error that is a bug, from the user's own file on if there is one.

    The frames of the command line, and those between it and a recipe, would otherwise hide the line that is wrong.
    """
    calls, frames = [], error.__traceback__
    while frames is not None:
        calls.append(frames)
        frames = frames.tb_next
    typer_, command_line, library = (str(Path(module).parent) for module in (typer.__file__, __file__, kvae.__file__))
    libraries = (str(Path(typer_).parent), str(Path(os.__file__).parent), command_line, library)
    last = max((i for i, call in enumerate(calls) if _file(call).startswith((typer_, command_line))), default=-1)
    calls = calls[last + 1 :] or calls
    users = next((call for call in calls if not _file(call).startswith((*libraries, "<"))), calls[0])
    echo("".join(traceback.format_exception(type(error), error, users)).rstrip(), err=True)


def _file(call) -> str:
    return call.tb_frame.f_code.co_filename


def explain(error: BaseException) -> tuple[str | None, int]:
    """Return the sentence and the exit code for `error`. The sentence is None for bugs and for errors that Typer reports."""
    match error:
        case KeyboardInterrupt():
            return "Interrupted.", INTERRUPTED
        case UsageError() | ChoiceError():
            return f"Error: {error}", USAGE
        case UserError():
            return f"Error: {error}", FAILED
        case BrokenPipeError():
            return None, FAILED
        case OSError() if error.errno in _NO_ROOM or "No space left" in str(error):
            return (
                f"Error: The disk is full{_at(error)}. Free some space, or choose another folder with --out.",
                FAILED,
            )
        case OSError() if error.errno in _NO_PERMISSION:
            return f"Error: Permission denied{_at(error)}. Change the permissions, or choose another folder.", FAILED
        case OSError() if error.filename is not None:
            return f"Error: {error.strerror}{_at(error)}.", FAILED
        case _ if isinstance(error, MemoryError) or _is_out_of_memory(error):
            return (
                "Error: Not enough memory. Use fewer examples at once. In training, set a smaller batch_size (--set).",
                FAILED,
            )
    return None, FAILED


def _at(error: OSError) -> str:
    """Return ": " and the file of `error`, or its folder if the file is a temporary one of an atomic write."""
    if error.filename is None:
        return ""
    path = Path(os.fsdecode(error.filename))
    return f": {path.parent if path.name.startswith('.') else path}"


def _is_out_of_memory(error: BaseException) -> bool:
    return type(error).__name__ in _OUT_OF_MEMORY or "RESOURCE_EXHAUSTED" in str(error)
