"""Progress of long work: a bar with a time estimate on a terminal, log lines elsewhere."""

import contextlib
import datetime
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from kvae.errors import printable

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 60.0
"""Minimum number of seconds between two log lines."""

ANNOUNCED = 10.0
"""Minimum number of seconds that are announced."""


@contextlib.contextmanager
def bar(total: int, task: str) -> Iterator[Callable[[int], None]]:
    """Show the progress of `task` on stderr, and yield a function that advances it by n of its `total` steps.

    Stdout is reserved for results.
    """
    if not sys.stderr.isatty():
        logger.info("%s: %s.", task, f"{total:,}")
        yield _log_lines(total, task)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        number = progress.add_task(printable(task), total=total)
        yield lambda n: progress.advance(number, n)


def _log_lines(total: int, task: str) -> Callable[[int], None]:
    """Return a function that advances by n steps. Once a minute it logs the number of steps done and the time left."""
    began = last = time.monotonic()
    done = 0

    def advance(n: int) -> None:
        nonlocal done, last
        done, now = done + n, time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES and done < total:
            last = now
            left = datetime.timedelta(seconds=round((now - began) * (total - done) / done))
            logger.info("%s: %s of %s, %s left.", task, f"{done:,}", f"{total:,}", left)

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
