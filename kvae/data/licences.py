"""The terms under which each data set may be used, as its makers state them. The card of a preset repeats them.

The table is no legal advice. The terms are "unknown" if the makers state none.
"""

import dataclasses

from kvae.data.registry import SOURCES

UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Licence:
    """The terms of one data set.

    terms: the terms in words.
    hub: the Hugging Face Hub's identifier of the licence, or "other" for restrictive terms without an identifier.
    cite: the publication to cite.
    url: the page that states the terms, or that describes the data set.
    """

    terms: str
    hub: str = UNKNOWN
    cite: str = ""
    url: str = ""


LICENCES = {
    "digits": Licence(
        "CC BY 4.0",
        "cc-by-4.0",
        "E. Alpaydin and C. Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository",
        "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    ),
    "swiss_roll": Licence("none needed: points drawn by scikit-learn"),
    "mnist": Licence(
        "CC BY-SA 3.0, as its authors are commonly quoted",
        "cc-by-sa-3.0",
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner 1998, Gradient-based learning applied to document recognition",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    "fashion_mnist": Licence(
        "MIT",
        "mit",
        "H. Xiao, K. Rasul and R. Vollgraf 2017, Fashion-MNIST",
        "https://github.com/zalandoresearch/fashion-mnist",
    ),
    "binarized_mnist": Licence(
        "unknown: no licence is stated for this version of MNIST",
        cite="R. Salakhutdinov and I. Murray 2008, On the quantitative analysis of deep belief networks",
    ),
    "omniglot": Licence(
        "MIT",
        "mit",
        "B. M. Lake, R. Salakhutdinov and J. B. Tenenbaum 2015, Human-level concept learning through probabilistic "
        "program induction",
        "https://github.com/brendenlake/omniglot",
    ),
    "cifar10": Licence(
        "unknown: no licence is stated",
        cite="A. Krizhevsky 2009, Learning multiple layers of features from tiny images",
        url="https://www.cs.toronto.edu/~kriz/cifar.html",
    ),
    "stl10": Licence(
        "unknown: no licence is stated",
        cite="A. Coates, H. Lee and A. Y. Ng 2011, An analysis of single-layer networks in unsupervised feature learning",
        url="https://cs.stanford.edu/~acoates/stl10/",
    ),
    "celeba": Licence(
        "non-commercial research only",
        "other",
        "Z. Liu, P. Luo, X. Wang and X. Tang 2015, Deep learning face attributes in the wild",
        "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    ),
    "paintings": Licence(
        "the works are in the public domain; the terms of the reproductions from WikiArt are unknown",
        url="https://www.wikiart.org",
    ),
}
"""The licence of each data set by its name."""

OWN = Licence("unknown: the user's own images")
"""The licence of images in a user's folder."""


def licence(name: str) -> Licence:
    """Return the terms of the data set called `name`, as in `load` or `Dataset.name`. They may be unknown."""
    kind, colon, rest = name.partition(":")
    if kind == "folder" and colon:
        return OWN
    if kind == "tfds" and colon:
        names = {source.tfds: own_name for own_name, source in SOURCES.items() if source.tfds}
        name = names.get(rest.partition("/")[0].partition(":")[0], "")
    return LICENCES.get(name, Licence(UNKNOWN))
