"""Errors of the command line. Each has a sentence and an exit code, and only a bug has a traceback."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup

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
    """A command that refuses options of version 0.1.0 in a sentence that gives their present names."""

    def parse_args(self, ctx, args):
        for word in args:
            option = word.partition("=")[0]
            if option in OPTIONS:
                raise UsageError(f"{option} is now called {OPTIONS[option]}.")
        return super().parse_args(ctx, args)


class Group(TyperGroup):
    """The group of all commands. It reports each error that is not a bug in one sentence on stderr."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            sentence, code = explain(error)
            if sentence is None:
                raise
            typer.echo("\n".join([sentence, *getattr(error, "__notes__", ())]), err=True)
            raise typer.Exit(code) from error


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
