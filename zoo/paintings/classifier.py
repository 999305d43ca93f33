"""Tells who painted it, and perhaps when: the judge of attributions, and a feature net.

Source: none; "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava)
wants painters told by their codes, and this is what pixels tell. Its first maps are features for paintings/dfc_vae where
VGG-19's weights cannot be had.

Chosen here: the net of celeba/attribute_classifier; in training, pictures are mirrored, shifted and of other contrast; AdamW
at 2e-3 with weight decay 1e-4, one cycle, 30 epochs. With data.periods=true a class is a painter in one of the periods of
paintings/multi_encoder_gan, and paintings without a year take no part.
Expected (seed 0, the 374 test paintings): accuracy 0.824, largest class 0.372. Painter and period (21 classes, the 190 dated
test paintings): accuracy 0.479, largest class 0.221.
Cost: 5 to 9 minutes on one CPU core with TensorFlow.
Command: kvae train paintings/classifier
Painter and period: kvae train paintings/classifier --set data.periods=true
"""

import dataclasses
import hashlib
import itertools

import kvae
from kvae.errors import UserError
from kvae.zoo import Count, Positive
from kvae.zoo.celeba import attribute_classifier
from kvae.zoo.celeba.attribute_classifier import search as search
from kvae.zoo.paintings.multi_encoder_gan import YEARS, periods
from kvae.zoo.paintings.vae import ARTISTS


def data(size: Count = 64, artists: tuple[str, ...] = ARTISTS, periods: bool = False, skip_damaged: bool = False):
    dataset = kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged)
    return by_period(dataset) if periods else dataset


def by_period(dataset):
    """The dated paintings of `dataset`; their classes are the pairs of a painter and a period that train."""
    import numpy as np

    pair = {name: _pairs(getattr(dataset, name)) for name in ("train", "validation", "test")}
    known = np.unique(pair["train"][pair["train"] >= 0])
    if len(known) == 0:
        raise UserError("Expected training paintings with a year. Received: none. Leave data.periods=false.")

    def relabelled(name):
        rows = np.flatnonzero(np.isin(pair[name], known))
        if len(rows) == 0:
            return None
        return dataclasses.replace(
            getattr(dataset, name)[rows], y=np.searchsorted(known, pair[name][rows]).astype("int32")
        )

    between = (f"{first}–{end - 1}" for first, end in itertools.pairwise(YEARS))
    names = (f"to {YEARS[0] - 1}", *between, f"from {YEARS[-1]}")
    return dataclasses.replace(
        dataset,
        **{name: relabelled(name) for name in pair},
        label_names=tuple(
            f"{dataset.label_names[number // len(names)]}, {names[number % len(names)]}" for number in known
        ),
        fingerprint=hashlib.sha256(f"{dataset.fingerprint} by period {YEARS}".encode()).hexdigest(),
    )


def _pairs(split):
    """Of each painting the number of its painter and period, −1 where the year is not known."""
    import numpy as np

    if split is None:
        return np.array([], int)
    period = periods(split)
    return np.where(period < 0, -1, split.y * (len(YEARS) + 1) + period)


def model(dataset, width: Count = 32, dropout: Positive = 0.3):
    count = len(dataset.label_names)
    return kvae.models.Classifier(
        kvae.networks.conv_classifier(dataset.shape, count, width, dropout, name="net"),
        kvae.distributions.ClassLabels(count),
        mirrored=True,
    )


def training(epochs: Count = 30, batch_size: Count = 64, learning_rate: Positive = 2e-3):
    return attribute_classifier.training(epochs, batch_size, learning_rate)
