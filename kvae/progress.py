"""Progress of long work: a bar with a time estimate on a terminal, one line in a notebook, log lines elsewhere."""

import contextlib
import datetime
import logging
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from kvae.errors import printable

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 60.0
"""Minimum number of seconds between two log lines."""

SECONDS_BETWEEN_TEXTS = 0.2
"""Minimum number of seconds between two texts of a line in a notebook."""

ANNOUNCED = 10.0
"""Minimum number of seconds that are announced."""


def in_notebook() -> bool:
    """Return True in a Jupyter notebook. Keras decides in the same way."""
    return "ipykernel" in sys.modules


class Line:
    """A line on stderr whose text is replaced, for notebooks.

    They return to the start of a line, but move no cursor up, so that the bar of a terminal would fill many lines.
    """

    def __init__(self):
        self.width, self.shown = 0, -math.inf

    def show(self, text: str) -> None:
        """Replace the text of the line, unless it was replaced a moment ago."""
        if time.monotonic() - self.shown >= SECONDS_BETWEEN_TEXTS:
            self.replace(text)

    def replace(self, text: str) -> None:
        """Replace the text of the line at once."""
        text = printable(text)
        print(end=f"\r{text.ljust(self.width)}", file=sys.stderr, flush=True)
        self.width, self.shown = len(text), time.monotonic()

    def clear(self) -> None:
        """Remove the text."""
        self.replace("")
        print(end="\r", file=sys.stderr, flush=True)


@contextlib.contextmanager
def bar(total: int, task: str) -> Iterator[Callable[[int], None]]:
    """Show the progress of `task` on stderr, and yield a function that advances it by n of its `total` steps.

    Stdout is reserved for results.
    """
    if in_notebook():
        line = Line()
        try:
            yield _counter(total, task, line.replace, SECONDS_BETWEEN_TEXTS)
        finally:
            line.clear()
        return
    if not sys.stderr.isatty():
        logger.info("%s: %s.", task, f"{total:,}")
        yield _counter(total, task, logger.info, SECONDS_BETWEEN_LINES)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        number = progress.add_task(printable(task), total=total)
        yield lambda n: progress.advance(number, n)


def _counter(total: int, task: str, say: Callable[[str], None], pause: float) -> Callable[[int], None]:
    """Return a function that advances by n steps.

    After each `pause`, in seconds, it says how many steps are done and how much time is left.
    """
    began = last = time.monotonic()
    done = 0

    def advance(n: int) -> None:
        nonlocal done, last
        done, now = done + n, time.monotonic()
        if now - last >= pause and done < total:
            last = now
            left = datetime.timedelta(seconds=round((now - began) * (total - done) / done))
            say(f"{task}: {done:,} of {total:,}, {left} left.")

    return advance


def track(items: Iterable, total: int, task: str) -> Iterator:
    """Yield each of the `total` items, and show the progress of `task`."""
    with bar(total, task) as advance:
        for item in items:
            yield item
            advance(1)


def announced(function: Callable, calls: int, task: str) -> Callable:
    """Return `function`, which will be called `calls` times. Its second call logs how long all of them take.

    The first call is not representative, because it compiles the function. A time below `ANNOUNCED` seconds is not logged.
    """
    called = 0

    def run(*arguments):
        nonlocal called
        called, began = called + 1, time.monotonic()
        result = function(*arguments)
        seconds = calls * (time.monotonic() - began)
        if called == 2 and seconds >= ANNOUNCED:
            logger.info("%s takes about %s.", task, datetime.timedelta(seconds=round(seconds)))
        return result

    return run
