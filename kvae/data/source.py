"""The declaration of a data set: its origin, licence, files and loader."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from kvae.errors import UserError
from kvae.images import crop

UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Licence:
    """The terms of one data set, as its makers state them. They are no legal advice.

    terms: the terms in words, beginning with "unknown" if the makers state none.
    hub: the Hugging Face Hub's identifier of the licence, or "other" for restrictive terms without an identifier.
    cite: the publication to cite.
    url: the page that states the terms, or that describes the data set.
    """

    terms: str
    hub: str = UNKNOWN
    cite: str = ""
    url: str = ""


@dataclasses.dataclass(frozen=True)
class File:
    """A file as the authors of a data set publish it.

    name: name of the file in the folder of the data set.
    size: number of bytes.
    sha256: SHA-256 of the contents, in hexadecimal.
    url: address from which kvae may download the file, or "" if its authors do not allow that.
    members: names of the files that are unpacked from a tar file, which is then removed.
    """

    name: str
    size: int
    sha256: str
    url: str = ""
    members: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Source:
    """The declaration of a data set.

    loader: "module:function" in `kvae.data`, imported on use, since listing must not import NumPy. It reads the data set
        from its folder. Its keyword-only arguments are the options of the data set.
    licence: the terms of use, and the authors' page.
    patterns: patterns, as in `official_files.find`, of the files in the folder. The data set is available if each of them
        matches a file or a folder. Empty if the data set needs no files.
    files: the official files.
    steps: two sentences on how to get the files, if kvae may not download them. "{folder}" is the folder of the data set.
    origin: a phrase on the origin of data that need no files.
    tfds: name of the data set in TFDS, which is read if the official files are missing, or None.
    options, box: arguments of `tfds.load` that give the usual size, crop and number of validation images.
    """

    loader: str
    licence: Licence
    patterns: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    steps: tuple[str, ...] = ()
    origin: str = ""
    tfds: str | None = None
    options: Mapping[str, object] = dataclasses.field(default_factory=dict)
    box: crop.Box = crop.centre

    @property
    def may_be_downloaded(self) -> bool:
        """True if the authors allow it and state an address for each file."""
        return bool(self.files) and all(file.url for file in self.files)

    def explained(self, error: UserError, folder: Path) -> UserError:
        """Return an error about missing files with the sentences of `steps` as notes, each on a line of its own."""
        for step in self.instructions(folder):
            error.add_note(step)
        return error

    def instructions(self, folder: Path) -> list[str]:
        """Return the sentences of `steps` for the folder of the data set."""
        return [step.format(folder=folder) for step in self.steps]
