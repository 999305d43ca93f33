"""All attacks on one target, and their figures."""

import contextlib
import dataclasses
import importlib
import math
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture.attack import Attack, Outcome, run
from tests.torture.targets import Target

COLUMNS = {
    "kills at a moment": ("moment",),
    "of a worker": ("worker",),
    "at a training step": ("step",),
    "at a write": ("write",),
    "full disks": ("full", "small"),
    "damaged": ("damaged", "unexplained"),
    "not identical": ("different",),
    "leftovers": ("leftovers",),
}
"""Kinds of attacks and of faults that each column of the table counts."""

HEADER = f"""\
| program | backend | {" | ".join(COLUMNS)} |
|---|---|{"---|" * len(COLUMNS)}"""


@dataclasses.dataclass
class Row:
    """The figures of one target."""

    name: str
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    faults: list[str] = dataclasses.field(default_factory=list)

    def text(self, backend: str) -> str:
        """Return the row of the table."""
        cells = [self.name, backend, *(sum(self.counts.get(kind, 0) for kind in kinds) for kinds in COLUMNS.values())]
        return f"| {' | '.join(map(str, cells))} |"


class Campaign:
    """Attacks on one target.

    Args:
        target: the program.
        place: a new folder.
        rng: random numbers, which choose the moments and the order of the writes.
        attacks: largest number of attacks of each kind.
    """

    def __init__(self, target: Target, place: Path, rng: random.Random, attacks: int):
        self.target, self.rng, self.attacks = target, rng, attacks
        self.prepared, self.folder = place / "prepared", place / "attacked"
        self.row = Row(target.name)

    def run(self, seconds: float) -> Row:
        """Attack for `seconds`, or until each kind of attack has been made often enough, and return the figures.

        Raises an exception if the program fails without an attack.
        """
        until = time.monotonic() + seconds
        self.prepared.mkdir(parents=True)
        self._undisturbed(self.target.prepare, self.prepared)
        old = self._undisturbed(self.target.read, self.prepared).result
        for _ in range(2):  # the first time imports modules, which the processes inherit from then on
            self._begin()
            outcome = self._undisturbed(self.target.act, self.folder)
        new = self._undisturbed(self.target.read, self.folder).result
        self.names, largest = _names(self.folder), _largest_new_file(self.folder, self.prepared)
        for attack in self._plan(outcome, largest):
            if time.monotonic() > until:
                break
            self._attack(attack, old, new)
        return self.row

    def _begin(self) -> None:
        """Make the folder of the program as it is before the program starts."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.prepared, self.folder)

    def _plan(self, alone: Outcome, largest: int) -> Iterator[Attack]:
        """Yield attacks of all kinds in turn. Those at steps and at writes reach each one before any one twice."""
        events = {"step": alone.counts["step"], "write": alone.counts["write"], "full": alone.counts["write"]}
        order = {kind: self.rng.sample(range(1, count + 1), count) for kind, count in events.items()}
        for number in range(self.attacks):
            yield Attack("moment", self.rng.uniform(0, alone.seconds))
            if self.target.workers:
                yield Attack("worker", self.rng.uniform(0, alone.seconds))
            for kind, numbers in order.items():
                if number < len(numbers):
                    yield Attack(kind, numbers[number])
            yield Attack("small", math.exp(self.rng.uniform(0, math.log(largest))))

    def _attack(self, attack: Attack, old: dict, new: dict) -> None:
        """Attack once, let the program complete its work, and count what is wrong."""
        self._begin()
        folder = self.folder
        outcome = run(self.target.act, folder, attack)
        if not outcome.struck:
            return
        self.row.counts[attack.kind] = self.row.counts.get(attack.kind, 0) + 1
        if isinstance(outcome.result, RuntimeError):
            self._fault("unexplained", attack, outcome.result)
        found = run(self.target.read, folder).result
        if isinstance(found, Exception):
            self._fault("damaged", attack, found)
        elif not self.target.between and (
            lost := [k for k in old | found if found.get(k) not in (old.get(k), new.get(k))]
        ):
            self._fault("damaged", attack, f"{', '.join(lost)} is neither old nor new")
        completed = run(self.target.act, folder).result
        found = run(self.target.read, folder).result
        if isinstance(completed, Exception) or isinstance(found, Exception):
            self._fault("damaged", attack, f"not completed: {completed or found}")
        elif differing := [key for key in new | found if found.get(key) != new.get(key)]:
            self._fault("different", attack, ", ".join(differing))
        names = _names(folder)
        if missing := self.names - names:
            self._fault("different", attack, f"{', '.join(missing)} is missing")
        if left := names - self.names:
            self._fault("leftovers", attack, ", ".join(left))

    def _fault(self, kind: str, attack: Attack, reason: object) -> None:
        self.row.counts[kind] = self.row.counts.get(kind, 0) + 1
        self.row.faults.append(f"{self.target.name}, {attack}: {kind}: {str(reason)[:300]}")

    def _undisturbed(self, program: Callable, folder: Path) -> Outcome:
        """Return the end of a program that is not attacked, and import the modules that it has imported."""
        outcome = run(program, folder)
        if isinstance(outcome.result, Exception):
            raise outcome.result
        for name in outcome.modules:
            with contextlib.suppress(Exception):  # some modules are made by others and cannot be imported
                importlib.import_module(name)
        return outcome


def _names(folder: Path) -> set[str]:
    """Return the names of the files below `folder`, without the times and fingerprints that they hold."""
    names = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return {re.sub(r"(?<=tfevents).*|-[0-9a-f]{20}(?=\.)", "", name) for name in names}


def _largest_new_file(folder: Path, prepared: Path) -> int:
    """Return the size in bytes of the largest file of `folder` that a program has changed or added since `prepared`."""
    former = {path.relative_to(prepared): path.stat().st_mtime_ns for path in prepared.rglob("*")}
    files = [path for path in folder.rglob("*") if path.is_file()]
    return max(f.stat().st_size for f in files if former.get(f.relative_to(folder)) != f.stat().st_mtime_ns)
