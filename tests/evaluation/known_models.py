"""Models whose codes are known, and examples in clusters, for the tests of metrics and plots."""

import numpy as np

from kvae import distributions, evaluation
from kvae.capabilities import DECODER, DOMAINS, LABELS, POSTERIOR, UNIT_KL
from kvae.models import VAE
from kvae.networks import mlp
from kvae.training.batches import Batches
from tests.contracts.models import MODELS, batch, data_for, settle

NAMES = ("monet", "manet", "renoir")


class Copies:
    """A model whose latent code is x."""

    batch_spec = ("x",)
    capabilities = frozenset({DECODER, POSTERIOR, UNIT_KL})
    data_shape = (2,)
    latent_shape = (2,)
    precision = "float32"

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


class SpatialCopies(Copies):
    """A model whose latent code is x, which has two values, as a map (1, 2, 1)."""

    latent_shape = (1, 2, 1)

    def encode(self, x, batch_size=256):
        return np.reshape(x, (-1, 1, 2, 1))

    def decode(self, z, batch_size=256):
        assert z.shape[1:] == self.latent_shape
        return np.reshape(z, (-1, 2))


class Shifts(Copies):
    """A model with three encoders. Encoder e = 0, 1, 2 returns x + e · `shift`, and the decoder returns z."""

    batch_spec = ("x", "y")
    capabilities = Copies.capabilities | {LABELS, DOMAINS}
    labels = distributions.ClassLabels(3)
    domains = NAMES
    decodes_without_labels = True

    def __init__(self, shift):
        self.shift = np.asarray(shift, "float32")

    def encode_each(self, x):
        return np.stack([x + number * self.shift for number in range(len(self.domains))], axis=1)

    def encode(self, x, y):
        return x + y[:, None] * self.shift

    def reconstruct(self, x, y):
        return self.encode(x, y)


class SpatialShifts(Shifts):
    """`Shifts` whose codes are maps (1, 2, 1)."""

    latent_shape = (1, 2, 1)

    def encode_each(self, x):
        return super().encode_each(x).reshape(len(x), -1, *self.latent_shape)

    def encode(self, x, y):
        return super().encode(x, y).reshape(-1, *self.latent_shape)

    def decode(self, z, batch_size=256):
        assert z.shape[1:] == self.latent_shape
        return z.reshape(-1, 2)


def copying_vae():
    """Return a VAE with the posterior N(x, 0.1²)."""
    model = VAE(mlp(2, 4), mlp(2, 2), likelihood="normal")
    model.encoder.layers[-1].kernel.assign(np.eye(2, 4))
    model.encoder.layers[-1].bias.assign([0, 0, np.log(0.1), np.log(0.1)])
    return model


def clusters(rng, counts, gap=0.0, d=2, **options):
    """Return batches of N(0, 1) in `d` units, with `gap` · class added to the first unit."""
    y = np.repeat(np.arange(len(counts)), counts)
    x = rng.standard_normal((len(y), d)).astype("float32")
    x[:, 0] += gap * y
    return Batches(x, labels=y, batch_size=70, names=NAMES, **options)


def conditioned(batches):
    """Return `batches` with their labels as y, for a model that takes classes."""
    return Batches(batches.x, batches.labels, batch_size=70, names=NAMES)


def dated(rng, n, slope=3.0, noise=1.0, undated=0.25, labels=True):
    """Return batches of N(0, 1) with years 1880 + slope · x_1 + noise · N(0, 1), of which a share `undated` is NaN."""
    x = rng.standard_normal((n, 2)).astype("float32")
    years = 1880 + slope * x[:, 0] + noise * rng.standard_normal(n)
    years[rng.random(n) < undated] = np.nan
    return Batches(x, labels=np.arange(n) % 2 if labels else None, names=NAMES, columns={"year": years})


def settled(name, n=48):
    """Return a model of `MODELS` with weights of moderate size, and its data."""
    model = settle(MODELS[name]())
    return model, data_for(model, n)


def evaluated(name, n=60):
    """Return a model of `MODELS`, batches with classes and years, and the report of the metrics of classes and years."""
    model = settle(MODELS[name]())
    x = batch(n)
    y = np.arange(n) % (3 if "classes" in name else 2)
    columns = {"year": np.where(np.arange(n) % 5 == 0, np.nan, 1860.0 + np.arange(n) % 30)}
    batches = Batches(x, y if "y" in model.batch_spec else None, labels=y, batch_size=25, names=NAMES, columns=columns)
    metrics = ("separation", "attribution", "timeline", "cross_encoding", "collapse_by_class")
    return model, batches, evaluation.evaluate(model, batches, metrics, training=batches)


def confusion(values):
    """Return the rows of the confusion matrix among the values of the metric attribution."""
    return [row for name, row in values.items() if name.startswith("attribution.confusion.")]
