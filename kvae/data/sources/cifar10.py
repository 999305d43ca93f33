"""The declaration of CIFAR-10."""

from kvae.data.source import File, Licence, Source

SOURCE = Source(
    "cifar10:load",
    Licence(
        "unknown: no licence is stated",
        cite="A. Krizhevsky 2009, Learning multiple layers of features from tiny images",
        url="https://www.cs.toronto.edu/~kriz/cifar.html",
    ),
    ("*.bin|*.bin.gz",),
    # Size and checksum: tensorflow/datasets, tensorflow_datasets/url_checksums/cifar10.txt.
    (
        File(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"),
        ),
    ),
    tfds="cifar10",
)
