"""Matplotlib figures without a display, and the files they are saved in."""

from pathlib import Path

from kvae.files import atomic


def new_figure(width: float, height: float):
    """A Matplotlib figure (inches) outside pyplot: no display, no global state."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", dpi=120)


def save_figure(figure, path: Path) -> None:
    with atomic(path) as temporary:
        figure.savefig(temporary)
