"""All attacks on one target, and their figures."""

import contextlib
import dataclasses
import importlib
import math
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture.attack import Attack, Outcome, run
from tests.torture.targets import Target

HEADER = """\
| program | backend | kills at a moment | kills at a write | full disks | damaged | not identical | leftovers |
|---|---|---|---|---|---|---|---|"""


@dataclasses.dataclass
class Row:
    """The figures of one target."""

    name: str
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    faults: list[str] = dataclasses.field(default_factory=list)

    def text(self, backend: str) -> str:
        """Return the row of the table."""
        kills, full, damaged = ("moment", "worker"), ("full", "small"), ("damaged", "unexplained")
        columns = (kills, ("write",), full, damaged, ("different",), ("leftovers",))
        cells = [self.name, backend, *(sum(self.counts.get(kind, 0) for kind in kinds) for kinds in columns)]
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
        self.target, self.place, self.rng, self.attacks = target, place, rng, attacks
        self.row = Row(target.name)

    def run(self, seconds: float) -> Row:
        """Attack for `seconds`, or until each kind of attack has been made often enough, and return the figures.

        Raises an exception if the program fails without an attack.
        """
        prepared, alone = self.place / "prepared", self.place / "alone"
        prepared.mkdir(parents=True)
        self._undisturbed(self.target.prepare, prepared)
        old = self._undisturbed(self.target.read, prepared).result
        for _ in range(2):  # the first time imports modules, which the processes inherit from then on
            shutil.rmtree(alone, ignore_errors=True)
            shutil.copytree(prepared, alone)
            outcome = self._undisturbed(self.target.act, alone)
        new = self._undisturbed(self.target.read, alone).result
        largest = max(path.stat().st_size for path in alone.rglob("*") if path.is_file())
        until = time.monotonic() + seconds
        for attack in self._plan(outcome, largest):
            if time.monotonic() > until:
                break
            self._attack(attack, old, new)
        return self.row

    def _plan(self, alone: Outcome, largest: int) -> Iterator[Attack]:
        """Yield attacks of all kinds in turn. Those at writes reach every write before they reach one twice."""
        writes, full = (self._shuffled(alone.writes) for _ in range(2))
        for number in range(self.attacks):
            yield Attack(self.target.kill, self.rng.uniform(0, alone.seconds))
            if number < alone.writes:
                yield Attack("write", writes[number])
                yield Attack("full", full[number])
            yield Attack("small", math.exp(self.rng.uniform(0, math.log(largest))))

    def _shuffled(self, count: int) -> list[int]:
        return self.rng.sample(range(1, count + 1), count)

    def _attack(self, attack: Attack, old: dict, new: dict) -> None:
        """Attack once, let the program complete its work, and count what is wrong."""
        folder = self.place / "attacked"
        shutil.copytree(self.place / "prepared", folder)
        outcome = run(self.target.act, folder, attack)
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
        if left := [path.name for path in folder.rglob(".*")]:
            self._fault("leftovers", attack, ", ".join(left))
        shutil.rmtree(folder)

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
