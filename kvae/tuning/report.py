"""Lines of text about the trials of a search, with an estimate of the time left."""

import time
from collections.abc import Callable
from pathlib import Path

from kvae.tuning import trials


class TrialReport:
    """A callback of `tune` that writes a line for each trial that ends.

    Args:
        folder: directory of the search.
        count: number of trials, including finished ones.
        write: function that prints a line.
    """

    def __init__(self, folder: Path, count: int, write: Callable[[str], None]):
        self.folder = folder
        self.count = count
        self.write = write
        self.began = time.monotonic()
        self.ended = 0

    def __call__(self, name: str) -> None:
        """Write the line of the trial called `name`."""
        self.ended += 1
        finished = {trial.name: trial for trial in trials.read(self.folder)}
        if name in finished:
            self.write(self._line(finished[name], list(finished.values())))
        else:
            self.write(f"trial {name} failed: {trials.failures(self.folder).get(name, 'see its trial.json')}")

    def _line(self, trial: trials.Trial, finished: list[trials.Trial]) -> str:
        best = trials.ranked(finished)[0]
        values = [f"{name} {value:.5g}" for name, value in trial.values.items()]
        parts = [f"trial {len(finished)}/{self.count}", f"score {trial.score:.5g}", *values, f"{trial.seconds:.0f} s"]
        parts += ["stopped early"] if trial.stopped else []
        parts += [f"best {best.score:.5g}"]
        left = (time.monotonic() - self.began) / self.ended * (self.count - len(finished))
        parts += [f"[{left:.0f} s left]"] if left > 0 else []
        return "  ".join(parts)
