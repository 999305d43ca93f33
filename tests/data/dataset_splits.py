"""The splits of a data set as tests compare them."""


def splits(dataset) -> list:
    """Return the splits that are not None: training, validation, test."""
    return [split for split in (dataset.train, dataset.validation, dataset.test) if split is not None]


def counts(dataset) -> tuple[int | None, ...]:
    """Return the sizes of the training, validation and test split; None for a split that does not exist."""
    return tuple(None if s is None else len(s) for s in (dataset.train, dataset.validation, dataset.test))
