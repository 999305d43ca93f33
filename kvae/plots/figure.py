"""Matplotlib figures without a display, the colours of plots, and the files they are saved in."""

import io
from pathlib import Path

from kvae.files import atomic

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""The colours of Okabe and Ito, which colour-blind readers can distinguish too."""


MARKERS = "osXD^vP*"
"""Markers of points. The colours repeat with the next marker, so that many classes can be distinguished."""


def new_figure(width: float, height: float):
    """Return a Matplotlib figure of this size in inches. It does not use pyplot, which needs a display."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", dpi=120)


def save_figure(figure, path: Path) -> None:
    """Save a Matplotlib figure in the format of the file's suffix."""
    drawn = io.BytesIO()  # on a full disk, Matplotlib's writer of PDF raises an error that hides that of the disk
    figure.savefig(drawn, format=path.suffix[1:])
    with atomic(path) as temporary:
        temporary.write_bytes(drawn.getvalue())
