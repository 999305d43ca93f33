"""The declaration of the facades: photographs and maps of their parts, side by side."""

from kvae.data.source import Licence, Source

_PAGE = "https://cmp.felk.cvut.cz/~tylecr1/facade/"

SOURCE = Source(
    "paired:load_facades",
    Licence(
        "research only",
        "other",
        "R. Tyleček and R. Šára 2013, Spatial pattern templates for recognition of objects with regular structure",
        _PAGE,
    ),
    ("train/|facades.zip",),
    steps=(
        f"The facades are for research: read {_PAGE}, and get facades.tar.gz of Isola et al. (2017) at "
        "https://efrosgans.eecs.berkeley.edu/pix2pix/datasets/.",
        "Unpack it into {folder}, which then holds the folders train, val and test, or a folder with them.",
    ),
)
