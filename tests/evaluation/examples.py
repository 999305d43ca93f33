"""Models whose codes are known, and examples in clusters, for the tests of modes, clusters and maps."""

import numpy as np

from kvae import distributions, evaluation
from kvae.capabilities import DECODER, DOMAINS, LABELS, POSTERIOR, UNIT_KL
from kvae.training.batches import Batches
from tests.contracts.models import MODELS, batch, settle

NAMES = ("monet", "manet", "renoir")


class Copies:
    """A model whose code is x."""

    batch_spec = ("x",)
    capabilities = frozenset({DECODER, POSTERIOR, UNIT_KL})
    data_shape = (2,)
    latent_shape = (2,)

    def check(self, x, y=None):
        pass

    def reconstruct(self, x):
        return x

    def encode(self, x, batch_size=256):
        return np.asarray(x)

    def decode(self, z, batch_size=256):
        return z

    def rate_per_unit(self, x):
        return np.square(self.encode(x)) / 2


class Shifts(Copies):
    """Encoders of which each moves x by its number times `shift`, and a decoder that moves nothing back."""

    batch_spec = ("x", "y")
    capabilities = Copies.capabilities | {LABELS, DOMAINS}
    labels = distributions.ClassLabels(3)
    modes = NAMES
    decodes_without_labels = True

    def __init__(self, shift):
        self.shift = np.asarray(shift, "float32")

    def encode_each(self, x):
        return np.stack([x + number * self.shift for number in range(len(self.domains))], axis=1)

    def encode(self, x, y):
        return x + y[:, None] * self.shift

    def reconstruct(self, x, y):
        return self.encode(x, y)


def clusters(rng, counts, gap=0.0, d=2, **options):
    """N(0, 1) in `d` units, whose first is moved by `gap` for each class."""
    y = np.repeat(np.arange(len(counts)), counts)
    x = rng.standard_normal((len(y), d)).astype("float32")
    x[:, 0] += gap * y
    return Batches(x, labels=y, batch_size=70, names=NAMES, **options)


def dated(rng, n, slope=3.0, noise=1.0, undated=0.25, labels=True):
    x = rng.standard_normal((n, 2)).astype("float32")
    years = 1880 + slope * x[:, 0] + noise * rng.standard_normal(n)
    years[rng.random(n) < undated] = np.nan
    return Batches(x, labels=np.arange(n) % 2 if labels else None, names=NAMES, columns={"year": years})


def trained(name, n=60):
    """A model, its examples with years, and what all metrics of modes say of them."""
    model = MODELS[name]()
    settle(model)
    x = batch(n)
    y = np.arange(n) % (3 if "classes" in name else 2)
    columns = {"year": np.where(np.arange(n) % 5 == 0, np.nan, 1860.0 + np.arange(n) % 30)}
    batches = Batches(x, y if "y" in model.batch_spec else None, labels=y, batch_size=25, names=NAMES, columns=columns)
    metrics = ("separation", "attribution", "timeline", "cross_encoding", "collapse_by_class")
    return model, batches, evaluation.evaluate(model, batches, metrics, training=batches)


def confusion(figures):
    return (row for name, row in figures.items() if name.startswith("attribution.confusion."))
