"""Data that the recipes on facades share."""

import kvae


def load(size: int, path: str | None, input_side: str, skip_damaged: bool, limit: int | None):
    """Return maps of facades and their photographs, or the pairs of `path`. x is the image on `input_side`."""
    name = "facades" if path is None else f"paired:{path}"
    return kvae.data.load(name, size=size, input_side=input_side, skip_damaged=skip_damaged, limit=limit)
