"""How far long work has come: a bar with an estimate on a terminal, a log line elsewhere."""

import logging
import sys
from collections.abc import Iterable, Iterator

logger = logging.getLogger(__name__)


def track(items: Iterable, total: int, what: str) -> Iterator:
    """Yields `items` and shows progress on stderr, since stdout belongs to figures."""
    if not sys.stderr.isatty():
        logger.info("Preparing %s %s.", f"{total:,}", what)
        yield from items
        return
    from rich.console import Console
    from rich.progress import track as bar

    yield from bar(items, f"Preparing {what}", total, console=Console(stderr=True), transient=True)
