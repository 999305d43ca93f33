"""Programs that are killed, or whose disk is full, at a chosen moment or write. Each runs in a process of its own."""

import dataclasses
import errno
import multiprocessing
import os
import random
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

STEP = "tests.torture.step"
"""Event that the recipe of the attack raises before each training step."""

CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate")
"""Events of Python (`sys.addaudithook`) that change a folder, in addition to opening a file for writing."""


@dataclasses.dataclass(frozen=True)
class Attack:
    """One attack.

    Args:
        kind: "moment" kills the process after `value` seconds, "worker" kills a process that it has started, "step" and
            "write" kill it before training step or write number `value`, "full" lets the disk be full from write number
            `value` on, and "small" lets no file grow beyond `value` bytes.
        value: see `kind`.
    """

    kind: str
    value: float


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The end of an attacked process.

    Args:
        result: value that the program returned, or the exception that it raised; None if the process was killed.
        struck: True if the attack had an effect. It has none if the program ends before the chosen moment, step or write.
        seconds: time that the program ran.
        counts: number of events of each kind, "step" and "write", if the process was not killed.
        modules: names of the modules that were imported in the end, if the process was not killed.
    """

    result: object
    struck: bool
    seconds: float
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    modules: tuple[str, ...] = ()


def run(program: Callable, folder: Path, attack: Attack | None = None) -> Outcome:
    """Run `program(folder)` in a process of its own, under an attack, and return its end."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_child, args=(program, folder, attack, theirs))
    process.start()
    theirs.close()
    began, struck = time.monotonic(), False
    if attack is not None and attack.kind in ("moment", "worker") and not ours.poll(attack.value):
        struck = _kill(process.pid if attack.kind == "moment" else _a_child_of(process.pid, attack.value))
    if not ours.poll(PATIENCE):
        _kill(process.pid)
        raise TimeoutError(f"{program} did not end within {PATIENCE} s under {attack}.")
    try:
        result, counts, modules = ours.recv()
    except EOFError:
        result, counts, modules, struck = None, {}, (), True
    process.join()
    struck = struck or bool(counts.get("refused")) or isinstance(result, Exception)
    return Outcome(result, struck, time.monotonic() - began, counts, modules)


def _child(program: Callable, folder: Path, attack: Attack | None, pipe) -> None:
    for descriptor in (1, 2):  # progress bars and warnings
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    counts = {"step": 0, "write": 0, "refused": 0}
    _watch(folder, attack, counts)
    if attack is not None and attack.kind == "small":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(attack.value), resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, lambda *_: counts.update(refused=1))
    try:
        result = program(folder)
    except (OSError, UserError) as error:  # which the command line prints as one sentence
        result = UserError(str(error))
    except Exception as error:
        result = RuntimeError(f"{type(error).__name__}: {error}")
    pipe.send((result, counts, tuple(sys.modules)))
    pipe.close()
    os._exit(0)


def _watch(folder: Path, attack: Attack | None, counts: dict[str, int]) -> None:
    """Count training steps and writes into `folder` in `counts`, and attack at the chosen one."""
    root = str(folder.resolve())

    def watch(event: str, arguments: tuple) -> None:
        if event != STEP and not _is_write(event, arguments, root):
            return
        kind = "step" if event == STEP else "write"
        counts[kind] += 1
        if attack is None or counts[kind] < attack.value:
            return
        if attack.kind == kind:
            _kill(os.getpid())
        if attack.kind == "full" and event in ("open", "os.mkdir"):  # a file can be renamed or removed on a full disk
            counts["refused"] += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))

    sys.addaudithook(watch)


def _is_write(event: str, arguments: tuple, root: str) -> bool:
    """Return True if an event of Python changes a file or folder below `root`."""
    opened = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if not opened and event not in CHANGES:
        return False
    return isinstance(arguments[0], str | Path) and os.path.abspath(arguments[0]).startswith(root)


def _a_child_of(process: int, seed: float) -> int | None:
    """Return the number of a process that `process` has started, chosen at random, or None if there is none."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(random.Random(seed).choice(children)) if children else None


def _kill(process: int | None) -> bool:
    """Kill `process`. Return False if there is no such process."""
    if process is None:
        return False
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
