"""Calls of a compiled step that run several rounds (`steps_per_execution`)."""

import collections
from collections.abc import Iterable
from typing import Any


def last_of(model, rounds: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Run rounds, keep the logs of each in `model.logs_of_call`, and return those of the last.

    The logs are not read. On JAX and on GPUs, a round therefore starts before the round before it has ended.

    Raises `StopIteration` if there is no round, as Keras expects at the end of data of unknown length.
    """
    logs = collections.deque(rounds)  # not a list, which Keras would track as state of the model
    if not logs:
        raise StopIteration
    model.logs_of_call = logs
    return logs[-1]
