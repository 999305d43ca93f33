"""Run directories. Training writes them; resuming, evaluating and exporting read them."""

from kvae.runs.run import Run

__all__ = ["Run"]
