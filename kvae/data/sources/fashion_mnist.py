"""The declaration of Fashion-MNIST."""

from kvae.data.official_files import IDX
from kvae.data.source import File, Licence, Source

# The folder of the authors' repository that its README names. Their other address has no HTTPS.
_URL = "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"

SOURCE = Source(
    "mnist:fashion_mnist",
    Licence(
        "MIT",
        "mit",
        "H. Xiao, K. Rasul and R. Vollgraf 2017, Fashion-MNIST",
        "https://github.com/zalandoresearch/fashion-mnist",
    ),
    IDX,
    # Sizes and checksums: tensorflow/datasets, tensorflow_datasets/url_checksums/fashion_mnist.txt.
    tuple(
        File(name, size, sha256, _URL + name)
        for name, size, sha256 in (
            (
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            ("train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            (
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            ("t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        )
    ),
    tfds="fashion_mnist",
    options={"validation": 1 / 12},
)
