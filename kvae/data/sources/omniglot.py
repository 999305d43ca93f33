"""The declaration of Omniglot."""

from kvae.data.source import File, Licence, Source

PACKED = "omniglot_28x28.npz"
ZIPS = ("images_background.zip", "images_evaluation.zip")
PARTS = tuple(f"{name}|{name.removesuffix('.zip')}/" for name in ZIPS)
"""Patterns of the official files, or of the folders that they unpack to."""

_URL = "https://github.com/brendenlake/omniglot/raw/master/python/"

SOURCE = Source(
    "omniglot:load",
    Licence(
        "MIT",
        "mit",
        "B. M. Lake, R. Salakhutdinov and J. B. Tenenbaum 2015, Human-level concept learning through probabilistic "
        "program induction",
        "https://github.com/brendenlake/omniglot",
    ),
    tuple(f"{PACKED}|{pattern}" for pattern in PARTS),
    # Sizes and checksums: tensorflow/datasets, tensorflow_datasets/url_checksums/omniglot.txt.
    tuple(
        File(name, size, sha256, _URL + name)
        for name, size, sha256 in (
            (ZIPS[0], 9_464_212, "ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640"),
            (ZIPS[1], 6_462_886, "1f61a8f3366785b057fc117d9228e78a16e3d976c8953b2a10fcc74cf0609cee"),
        )
    ),
)
