"""How far long work has come: a bar with an estimate on a terminal, a log line elsewhere."""

import contextlib
import datetime
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator

logger = logging.getLogger(__name__)


EVERY = 60.0
"""Seconds between two log lines."""


@contextlib.contextmanager
def bar(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Shows `what` and its progress on stderr, since stdout belongs to figures; yields what advances it by n."""
    if not sys.stderr.isatty():
        logger.info("%s: %s.", what, f"{total:,}")
        yield _log_lines(total, what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda n: progress.advance(task, n)


def _log_lines(total: int, what: str) -> Callable[[int], None]:
    """What advances by n and says every minute how far it is."""
    began = last = time.monotonic()
    done = 0

    def advance(n: int) -> None:
        nonlocal done, last
        done, now = done + n, time.monotonic()
        if now - last >= EVERY and done < total:
            last = now
            left = datetime.timedelta(seconds=round((now - began) * (total - done) / done))
            logger.info("%s: %s of %s, %s left.", what, f"{done:,}", f"{total:,}", left)

    return advance


def track(items: Iterable, total: int, what: str) -> Iterator:
    """Yields `items`, `total` in number, and shows progress."""
    with bar(total, what) as advance:
        for item in items:
            yield item
            advance(1)
