"""The rule by which a training keeps its best epoch, and stops when no better one comes."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

from kvae.errors import UserError


@dataclasses.dataclass(frozen=True)
class BestEpoch:
    """The rule by which the epoch with the best value of a metric of held-out examples is kept.

    The metrics of these examples are then too good by a little. Publish those of other examples (`Dataset.with_test`).

    Args:
        metric: column of the history, such as "val_loss".
        direction: "min" if smaller values are better, or "max".
        patience: number of epochs without a better value after which training stops; None to train all epochs.
    """

    metric: str = "val_loss"
    direction: Literal["min", "max"] = "min"
    patience: int | None = None

    def __post_init__(self):
        if self.direction not in ("min", "max") or (self.patience is not None and self.patience < 1):
            raise UserError(
                "Expected the direction min or max, and a patience of at least 1 or None. "
                f"Received: direction={self.direction!r}, patience={self.patience}."
            )

    def among(self, epochs: Sequence[Mapping[str, float]]) -> int | None:
        """Return the number of the best epoch, counted from 1; None if there are no epochs. The first of equals is best.

        Raises `UserError` if the epochs do not have the metric.
        """
        if not epochs:
            return None
        if self.metric not in epochs[-1]:
            raise UserError(
                f"Expected a metric that each epoch has: {', '.join(epochs[-1])}. Received: metric={self.metric!r}. "
                "Values of held-out examples begin with val_, and need held-out examples."
            )
        sign = 1 if self.direction == "min" else -1
        return min(range(len(epochs)), key=lambda index: sign * epochs[index][self.metric]) + 1

    def is_over(self, epochs: Sequence[Mapping[str, float]]) -> bool:
        """Return True if the last `patience` epochs are not better than the best one before them."""
        if self.patience is None:
            return False
        best = self.among(epochs)
        return best is not None and len(epochs) - best >= self.patience
