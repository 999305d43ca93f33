"""The files of a preset, and the places where presets are found.

    config.json         the model: classes and sizes
    model.weights.h5    its weights, perhaps in 16 bits
    card.json           recipe and parameters, data and their licence, versions, metrics and the commands that reproduce
                        them, reference outputs (`kvae.presets.probe`), SHA-256 of the other files
    sampler.npz         a density of the latent codes (`kvae.latent.samplers`), if one was fitted. The card names it.

An existing preset is replaced in two steps. The new files are written completely and become the folder `.new` inside
the preset. Then they move to their places. If the process is killed before the folder `.new` exists, the old preset
remains. Afterwards the new preset is valid, whether its files have moved or not.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from kvae import weights
from kvae.errors import UserError
from kvae.files import LOCK, read_json
from kvae.files.schemas import checked
from kvae.presets.hub import download, is_hub, repository
from kvae.presets.schemas import Card
from kvae.presets.upgrade import FORMAT, upgrade_card
from kvae.suggest import hint

FILES = ("config.json", "model.weights.h5", "card.json")
"""Files that every preset has."""

SAMPLER = "sampler.npz"
"""File that a preset has if a sampler was fitted. It belongs to the preset if the card holds its checksum."""

README, IMAGE = "README.md", "samples.png"
OPTIONAL = (README, IMAGE, "picture.png")
"""Files that a preset on the Hub has in addition. Version 0.1.0 called the image of samples picture.png."""

NEW = ".new"
"""Folder of the complete new files, inside a preset that is being replaced."""


def locate(source: str | os.PathLike) -> Path:
    """Return the folder of the preset or the run `source`. A preset on the Hub is downloaded.

    Args:
        source: name of a bundled preset, a folder, or "hf://user/repo".

    Raises:
        UserError: `source` is none of these, or the Hub refuses it.
    """
    text = os.fspath(source)
    if is_hub(text):
        return download(repository(text), (*FILES, SAMPLER))
    if Path(text).is_dir():
        return Path(text)
    names = weights.names()
    if text in names:
        return weights.FOLDER / text
    raise UserError(
        f"Expected a preset ({', '.join(names) or 'none is bundled'}), a folder, a run, or hf://user/repo. "
        f"Received: {text}.{hint(text, names)}"
    )


def is_run(folder: Path) -> bool:
    """Return True if `folder` is a run directory."""
    return (folder / "model.keras").exists() or (folder / "checkpoint").exists()


def file_in(folder: Path, name: str) -> Path:
    """Return the path of a regular file of the preset `folder`, or of the complete new file that will replace it.

    Raises:
        UserError: the file is missing, or is a link out of the folder. Links within the Hub's cache are allowed.
    """
    path = folder / NEW / name if (folder / NEW / name).is_file() else folder / name
    if not path.is_file():
        raise UserError(f"Expected a complete preset: {', '.join(FILES)}. Received: {folder}, which lacks {name}.")
    home = folder.resolve()
    allowed = {home, home / NEW}
    if home.parent.name == "snapshots":  # the Hub's cache keeps the files in another folder
        allowed.add(home.parent.parent / "blobs")
    if path.resolve().parent not in allowed:
        raise UserError(f"Expected the files of a preset in its folder. Received: {path}, a link to another folder.")
    return path


def read_card(source: str | os.PathLike) -> dict:
    """Return the card of the preset `source`, in the present format. `source` is as in `locate`.

    Raises:
        UserError: there is no card, it does not fit its schema, or a newer version of kvae wrote it.
    """
    file = file_in(locate(source), "card.json")
    card = read_json(file)
    if not (isinstance(card, Mapping) and card.get("format") in range(1, FORMAT + 1)):
        raise UserError(
            f"Expected the card of a preset, of format 1 to {FORMAT}. Received: {file}. "
            "If a newer version of kvae wrote it, update kvae."
        )
    return checked(upgrade_card(card), Card, file)


def belongs_to_preset(path: Path) -> bool:
    """Return True if `path` is a file of a preset, its lock, or a folder of new files that a killed process left."""
    is_left = path.name == NEW or path.name.startswith(f"{NEW}-")
    return path.name in (*FILES, SAMPLER, *OPTIONAL, LOCK) or (is_left and path.is_dir() and not path.is_symlink())


def move_new(folder: Path) -> None:
    """Move complete new files to their places. The card precedes the model, because it makes the folder a preset."""
    new = folder / NEW
    if not new.is_dir():
        return
    for name in reversed((SAMPLER, *FILES)):
        if (new / name).exists():
            os.replace(new / name, folder / name)
    new.rmdir()
