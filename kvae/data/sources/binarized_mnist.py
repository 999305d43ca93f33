"""The declaration of MNIST with fixed binarisation."""

from kvae.data.source import File, Licence, Source

PACKED = "binarized_mnist_packed.npz"
# Other lists give this address with http. It has a file for each split, with a line of 784 digits for each image.
_URL = "https://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
_PREFIX = "binarized_mnist_"

SOURCE = Source(
    "binarized_mnist:load",
    Licence(
        "unknown: no licence is stated for this version of MNIST",
        cite="R. Salakhutdinov and I. Murray 2008, On the quantitative analysis of deep belief networks",
        url=_URL,
    ),
    tuple(f"{PACKED}|{_PREFIX}{split}.amat" for split in ("train", "valid", "test")),
    # Sizes and checksums: tensorflow/datasets, tensorflow_datasets/url_checksums/binarized_mnist.txt.
    tuple(
        File(f"{_PREFIX}{split}.amat", size, sha256, f"{_URL}{_PREFIX}{split}.amat")
        for split, size, sha256 in (
            ("train", 78_400_000, "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"),
            ("valid", 15_680_000, "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2"),
            ("test", 15_680_000, "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"),
        )
    ),
)
