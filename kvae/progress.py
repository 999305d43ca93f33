"""How far long work has come: a bar with an estimate on a terminal, a log line elsewhere."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def bar(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Shows `what` and its progress on stderr, since stdout belongs to figures; yields what advances it by n."""
    if not sys.stderr.isatty():
        logger.info("%s: %s.", what, f"{total:,}")
        yield lambda n: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda n: progress.advance(task, n)


def track(items: Iterable, total: int, what: str) -> Iterator:
    """Yields `items`, `total` in number, and shows progress."""
    with bar(total, what) as advance:
        for item in items:
            yield item
            advance(1)
