"""The four periods in which the paintings were made."""

import dataclasses
import hashlib
import itertools

import numpy as np

from kvae.errors import UserError

YEARS = (1870, 1880, 1890)
"""First years of the second, third and fourth period."""


def periods(split):
    """Return the number of each painting's period, from 0. It is −1 if the year is not known."""
    years = split.columns["year"]
    return np.where(np.isnan(years), -1, np.digitize(np.nan_to_num(years), YEARS)).astype("int32")


def by_period(dataset):
    """Return the dated paintings of `dataset`. Their classes are pairs of a painter and a period.

    Pairs without a training painting are left out. Raises `UserError` if no training painting has a year.
    """
    pairs = {name: _pairs(getattr(dataset, name)) for name in ("train", "validation", "test")}
    classes = np.unique(pairs["train"][pairs["train"] >= 0])
    if len(classes) == 0:
        raise UserError("Expected training paintings with a year. Received: none. Leave data.periods=false.")

    def with_pairs(name):
        rows = np.flatnonzero(np.isin(pairs[name], classes))
        if len(rows) == 0:
            return None
        return dataclasses.replace(
            getattr(dataset, name)[rows], y=np.searchsorted(classes, pairs[name][rows]).astype("int32")
        )

    between = (f"{first}–{end - 1}" for first, end in itertools.pairwise(YEARS))
    names = (f"to {YEARS[0] - 1}", *between, f"from {YEARS[-1]}")
    return dataclasses.replace(
        dataset,
        **{name: with_pairs(name) for name in pairs},
        label_names=tuple(f"{dataset.label_names[n // len(names)]}, {names[n % len(names)]}" for n in classes),
        fingerprint=hashlib.sha256(f"{dataset.fingerprint} by period {YEARS}".encode()).hexdigest(),
    )


def _pairs(split):
    """Return the number of each painting's pair of painter and period. It is −1 if the year is not known."""
    if split is None:
        return np.array([], int)
    period = periods(split)
    return np.where(period < 0, -1, split.y * (len(YEARS) + 1) + period)
