"""Small models with all that has a state: batch normalisation, dropout, adversaries, labels, schedules, random transforms.

Source: none. `tests/torture` kills and resumes its training.
"""

import dataclasses
import sys

import keras
import numpy as np

import kvae
from kvae.data import Split
from kvae.zoo import Training
from tests.contracts.models import LATENT, MODELS, SHAPE
from tests.torture.attack import STEP


def _with_dropout():
    mlp, dropout = kvae.networks.mlp, keras.layers.Dropout(0.3)
    encoder = mlp(SHAPE, 2 * LATENT, (16,))
    return kvae.models.VAE(keras.Model(encoder.input, dropout(encoder.output)), mlp(LATENT, SHAPE, (16,)))


KINDS = {
    "dropout": _with_dropout,
    "batch normalisation": MODELS["VAE, convolutional"],
    "importance weights": MODELS["IWAE"],
    "labels": MODELS["CondVAE"],
    "adversary": MODELS["CSVAE"],
    "GAN": MODELS["VAEGAN"],
}
"""Functions that return a model."""


def data(labels: bool = False, n: int = 512):
    digits = kvae.data.load("digits")
    parts = {"train": digits.train[:n], "validation": digits.validation[:128], "test": None}
    if labels:
        parts |= {k: Split(s.x, np.stack([s.y % 2, s.y < 5], 1).astype("uint8")) for k, s in parts.items() if s}
    names = ("odd", "small") if labels else digits.label_names
    return dataclasses.replace(digits, **parts, label_names=names)


def model(dataset, kind: str = "dropout"):
    return KINDS[kind]()


def _binarized(x, rng):
    if len(x) > 1:  # a batch of training; held-out examples come one at a time
        sys.audit(STEP)
    return (rng.random(x.shape) < x).astype("float32")


def training(epochs: int = 3, learning_rate: float = 1e-2):
    return Training(
        epochs,
        batch_size=64,
        learning_rate_schedule=kvae.training.schedules.Cosine(1.0, 0.1, length=epochs),
        transform=_binarized,
        images_every=2,
    )
