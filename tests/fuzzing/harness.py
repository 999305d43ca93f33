"""The test that every reader of files must pass, on files that Hypothesis mutates.

By default each reader reads a few mutated files, always the same. With KVAE_FUZZ=N it reads N files, and others each time.
A file at which a reader fails is then stored in `.hypothesis`, and is read first the next time.
"""

import contextlib
import dataclasses
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis

from kvae.errors import UserError, printable
from tests.fuzzing.edits import EDITS, Edit, mutate

CASES = int(os.environ.get("KVAE_FUZZ") or 0)
MAX_MEMORY, MAX_SECONDS = 2**30, 20


@dataclasses.dataclass(frozen=True)
class Reader:
    """A reader of files.

    write: writes small valid files into a folder.
    read: reads them, completely.
    files: pattern of the files that are mutated.
    seal: makes the checksums of a folder fit to its mutated files, as their author could.
    cases: number of cases in the tests.
    """

    write: Callable[[Path], object]
    read: Callable[[Path], object]
    files: str = "*"
    seal: Callable[[Path], None] = lambda folder: None
    cases: int = 16


class TooSlow(BaseException):
    """A reader ran for longer than `MAX_SECONDS`. No reader catches it."""


def fuzz(reader: Reader, folder: Path) -> None:
    """Check that `reader` returns data or raises one `UserError`, within the limits, whatever its files contain."""
    folder.mkdir(exist_ok=True)
    reader.write(folder)
    files = {path: path.read_bytes() for path in sorted(folder.rglob(reader.files)) if path.is_file()}
    with _own_home(folder.parent):
        reader.read(folder)

    @hypothesis.settings(
        max_examples=CASES or reader.cases,
        derandomize=not CASES,
        deadline=None,
        database=hypothesis.database.DirectoryBasedExampleDatabase(".hypothesis/examples") if CASES else None,
        phases=set(hypothesis.Phase) - {hypothesis.Phase.explain},  # it would trace every line of the readers
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(hypothesis.strategies.integers(0, len(files) - 1), EDITS)
    def check(number: int, edits: list[Edit]):
        path = list(files)[number]
        path.write_bytes(mutate(files[path], edits))
        try:
            reader.seal(folder)
            with _own_home(folder.parent):
                _check(reader, folder)
        finally:
            path.write_bytes(files[path])

    check()


def _check(reader: Reader, folder: Path) -> None:
    error = None
    try:
        with _limits():
            reader.read(folder)
    except UserError as refusal:
        error = refusal
    except TooSlow:
        raise AssertionError(f"The reader ran for longer than {MAX_SECONDS} s.") from None
    message = str(error)
    assert message == printable(message), "The message holds control characters."
    assert len(message) < 2000, "The message is too long."
    while error is not None:
        assert not isinstance(error, MemoryError), "The reader tried to use more than 1 GB of memory."
        error = error.__cause__ or error.__context__


@contextlib.contextmanager
def _limits() -> Iterator[None]:
    """Let the process take at most `MAX_MEMORY` more memory, and `MAX_SECONDS` of processor time."""

    def stop(*_):
        raise TooSlow

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    handler = signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_DATA, (_memory() + MAX_MEMORY, hard))
    signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _memory() -> int:
    """Return the bytes of memory that RLIMIT_DATA counts."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return 1024 * int(status.partition("VmData:")[2].split()[0])


@contextlib.contextmanager
def _own_home(folder: Path) -> Iterator[None]:
    """Set a cache and a home of the user below `folder`, which are removed at the end."""
    home, former = folder / "home", dict(os.environ)
    os.environ |= {"KVAE_CACHE": str(home / "cache"), "HOME": str(home)}
    os.environ.pop("TFDS_DATA_DIR", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= former
        shutil.rmtree(home, ignore_errors=True)
