"""The declaration of MNIST."""

from kvae.data.official_files import IDX
from kvae.data.source import File, Licence, Source

# The authors' page no longer offers the files. This copy is that of the CVDF, which TFDS reads too.
_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"

SOURCE = Source(
    "mnist:mnist",
    Licence(
        "CC BY-SA 3.0, as its authors are commonly quoted",
        "cc-by-sa-3.0",
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner 1998, Gradient-based learning applied to document recognition",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    IDX,
    # Sizes and checksums: tensorflow/datasets, tensorflow_datasets/url_checksums/mnist.txt.
    tuple(
        File(name, size, sha256, _URL + name)
        for name, size, sha256 in (
            (
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            ("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            (
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            ("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        )
    ),
    tfds="mnist",
    options={"validation": 1 / 12},
)
