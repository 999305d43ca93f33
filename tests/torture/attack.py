"""Programs that are killed, or whose disk is full, at a chosen moment or write. Each runs in a process of its own."""

import dataclasses
import errno
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kvae.errors import UserError

CONTEXT = multiprocessing.get_context("fork")
"""Forked processes start in milliseconds. The parent must only import the backend, and compute nothing with it."""

PATIENCE = 900
"""Seconds within which a program must end."""

CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate")
"""Events of Python (`sys.addaudithook`) that change a folder, in addition to opening a file for writing."""


@dataclasses.dataclass(frozen=True)
class Attack:
    """One attack.

    Args:
        kind: "moment" kills the process after `value` seconds, "worker" kills a process that it has started, "write" kills
            it before write number `value`, "full" lets the disk be full from write number `value` on, and "small" lets no
            file grow beyond `value` bytes.
        value: see `kind`.
    """

    kind: str
    value: float


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The end of an attacked process.

    Args:
        result: value that the program returned, or the exception that it raised; None if the process was killed.
        writes: number of writes, if the process was not killed.
        seconds: time that the program ran.
        modules: names of the modules that were imported in the end, if the process was not killed.
    """

    result: object
    writes: int
    seconds: float
    modules: tuple[str, ...] = ()


def run(program: Callable, folder: Path, attack: Attack | None = None) -> Outcome:
    """Run `program(folder)` in a process of its own, under an attack, and return its end."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_child, args=(program, folder, attack, theirs))
    process.start()
    theirs.close()
    began = time.monotonic()
    if attack is not None and attack.kind in ("moment", "worker") and not ours.poll(attack.value):
        _kill(process.pid if attack.kind == "moment" else _a_child_of(process.pid))
    if not ours.poll(PATIENCE):
        _kill(process.pid)
        raise TimeoutError(f"{program} did not end within {PATIENCE} s under {attack}.")
    try:
        result, writes, modules = ours.recv()
    except EOFError:
        result, writes, modules = None, 0, ()
    process.join()
    return Outcome(result, writes, time.monotonic() - began, modules)


def _child(program: Callable, folder: Path, attack: Attack | None, pipe) -> None:
    for descriptor in (1, 2):  # progress bars and warnings
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    writes = _watch(folder, attack)
    if attack is not None and attack.kind == "small":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(attack.value), resource.RLIM_INFINITY))
    try:
        result = program(folder)
    except (OSError, UserError) as error:  # which the command line prints as one sentence
        result = UserError(str(error))
    except Exception as error:
        result = RuntimeError(f"{type(error).__name__}: {error}")
    pipe.send((result, writes[0], tuple(sys.modules)))
    pipe.close()
    os._exit(0)


def _watch(folder: Path, attack: Attack | None) -> list[int]:
    """Count the writes into `folder` in the returned list, and attack at the chosen one."""
    root, writes, active = str(folder.resolve()), [0], [False]

    def watch(event: str, arguments: tuple) -> None:
        if active[0] or not _is_write(event, arguments):
            return
        active[0] = True
        try:
            inside = isinstance(arguments[0], str | Path) and os.path.abspath(arguments[0]).startswith(root)
        finally:
            active[0] = False
        if not inside:
            return
        writes[0] += 1
        if attack is None or writes[0] < attack.value:
            return
        if attack.kind == "write":
            _kill(os.getpid())
        if attack.kind == "full" and event in ("open", "os.mkdir"):  # a file can be renamed or removed on a full disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))

    sys.addaudithook(watch)
    return writes


def _is_write(event: str, arguments: tuple) -> bool:
    if event == "open":
        return bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return event in CHANGES


def _a_child_of(process: int) -> int | None:
    """Return the number of the last process that `process` has started, or None if there is none."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(children[-1]) if children else None


def _kill(process: int | None) -> None:
    if process is not None:
        os.kill(process, signal.SIGKILL)
