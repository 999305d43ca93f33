"""The declaration of STL-10."""

from kvae.data.source import File, Licence, Source

_NEEDED = ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin")

SOURCE = Source(
    "stl10:load",
    Licence(
        "unknown: no licence is stated",
        cite="A. Coates, H. Lee and A. Y. Ng 2011, An analysis of single-layer networks in unsupervised feature learning",
        url="https://cs.stanford.edu/~acoates/stl10/",
    ),
    _NEEDED,
    # Size and checksum: tensorflow/datasets, tensorflow_datasets/url_checksums/stl10.txt.
    (
        File(
            "stl10_binary.tar.gz",
            2_640_397_119,
            "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866",
            "https://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
            (*_NEEDED, "unlabeled_X.bin"),
        ),
    ),
    tfds="stl10",
)
