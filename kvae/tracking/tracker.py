"""The interface of trackers."""

import abc
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROJECT = "kvae"
"""Project, or experiment, of records for which the environment of a tracker names no other."""


@dataclasses.dataclass(frozen=True)
class Record:
    """The facts about a run with which its record begins.

    key: text by which a tracker finds the record again when the run is resumed.
    name: name of the run.
    parameters: parameters of the recipe, with seed, backend and path of the run.
    folder: run directory.
    """

    key: str
    name: str
    parameters: Mapping[str, Any]
    folder: Path


class Tracker(abc.ABC):
    """A program that records trainings."""

    @abc.abstractmethod
    def begin(self, record: Record) -> None:
        """Begin the record of a run, or continue that of a resumed run."""

    @abc.abstractmethod
    def log(self, values: Mapping[str, float], epoch: int) -> None:
        """Record the losses and monitored values of an epoch, counted from 1."""

    @abc.abstractmethod
    def image(self, name: str, file: Path, epoch: int) -> None:
        """Record an image of an epoch, such as samples."""

    @abc.abstractmethod
    def preset(self, name: str, folder: Path) -> None:
        """Record the trained model, which is the preset in `folder`."""

    @abc.abstractmethod
    def end(self, finished: bool) -> None:
        """End the record of a training that finished or failed."""
