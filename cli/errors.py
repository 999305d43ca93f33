"""What went wrong, in one sentence; what is a bug of ours keeps its traceback."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from kvae.errors import UserError

FAILED, USAGE, INTERRUPTED = 1, 2, 130

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
_OUT_OF_MEMORY = {
    "ResourceExhaustedError",
    "OutOfMemoryError",
}  # TensorFlow's and PyTorch's, which we do not import


class UsageError(UserError):
    """A mistake in the command line itself, rather than in the data or in a model."""


@contextlib.contextmanager
def usage() -> Iterator[None]:
    """What a user did wrong inside the block, they did on the command line."""
    try:
        yield
    except UserError as error:
        raise UsageError(str(error)) from error


class Group(TyperGroup):
    """The commands, every failure of which that is not a bug is said in a sentence on stderr."""

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
    """The sentence and the exit code for `error`; no sentence for our bugs and Typer's own business."""
    match error:
        case KeyboardInterrupt():
            return "Interrupted.", INTERRUPTED
        case UsageError():
            return f"Error: {error}", USAGE
        case UserError():
            return f"Error: {error}", FAILED
        case BrokenPipeError():
            return None, FAILED
        case OSError() if error.errno in _NO_ROOM or "No space left" in str(error):
            return (
                f"Error: No room on the disk{_at(error)}. Free some, or write elsewhere with --out.",
                FAILED,
            )
        case OSError() if error.errno in _NO_PERMISSION:
            return f"Error: No permission{_at(error)}. Change its permissions, or name another place.", FAILED
        case OSError() if error.filename is not None:
            return f"Error: {error.strerror}{_at(error)}.", FAILED
        case _ if isinstance(error, MemoryError) or _is_out_of_memory(error):
            return (
                "Error: Not enough memory. Ask for fewer examples at a time, in training --set batch_size=…",
                FAILED,
            )
    return None, FAILED


def _at(error: OSError) -> str:
    """Where it happened: the folder in place of a hidden file, the temporary one of an atomic write."""
    if error.filename is None:
        return ""
    path = Path(os.fsdecode(error.filename))
    return f": {path.parent if path.name.startswith('.') else path}"


def _is_out_of_memory(error: BaseException) -> bool:
    return type(error).__name__ in _OUT_OF_MEMORY or "RESOURCE_EXHAUSTED" in str(error)
