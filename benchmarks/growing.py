"""Training steps whose cost grows with one size: the batch, the samples, the width, the image or the number of encoders."""

import itertools
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from benchmarks.work import PIXELS, pixels
from kvae import models, networks, training

LATENT = 50


class Axis(NamedTuple):
    """A size of a training step.

    Args:
        sizes: sizes that are measured, each twice as large as the one before.
        prepare: function of a size. It returns a function that trains for a number of steps and returns their median time,
            in seconds.
        expected: largest slope of log cost against log size that is expected.
    """

    sizes: tuple[int, ...]
    prepare: Callable[[int], Callable[[int], float]]
    expected: float


class Repeated(keras.utils.PyDataset):
    """The same batch, `steps` times."""

    def __init__(self, batch: tuple, steps: int):
        super().__init__()
        self.batch, self.steps = batch, steps

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        return self.batch


class Clock(keras.callbacks.Callback):
    """The times at which the steps of training end."""

    def on_train_begin(self, logs=None):
        self.ends = []

    def on_train_batch_end(self, batch, logs=None):
        for value in logs.values():
            float(value)  # waits until the step has been computed
        self.ends.append(time.perf_counter())


def _training(model: keras.Model, batch: tuple) -> Callable[[int], float]:
    model.compile(keras.optimizers.Adam(1e-4))
    clock = Clock()

    def train(steps: int) -> float:
        model.fit(Repeated(batch, steps), callbacks=[clock], verbose=0)
        return statistics.median(end - before for before, end in itertools.pairwise(clock.ends))

    return train


def _dense(hidden: int = 200):
    return networks.mlp(784, 2 * LATENT, 2 * (hidden,), "tanh"), networks.mlp(LATENT, 784, 2 * (hidden,), "tanh")


def batch_size(size: int):
    return _training(models.VAE(*_dense()), (pixels(size, PIXELS),))


def importance_samples(size: int):
    return _training(models.IWAE(*_dense(), samples=size), (pixels(50, PIXELS),))


def width(size: int):
    return _training(models.VAE(*_dense(size)), (pixels(100, PIXELS),))


def side(size: int):
    """Return training of a DCGAN VAE, which has one more stage for each doubling of the side.

    A stage has as many multiplications as the one before it. From 16 to 128 pixels, those of the encoder grow from 0.7 to
    124 million per image, a slope of 2.5.
    """
    shape = (size, size, 3)
    nets = networks.conv_encoder(shape, 2 * LATENT), networks.conv_decoder(LATENT, shape)
    return _training(models.VAE(*nets), (pixels(16, shape),))


def encoders(size: int):
    """Return training of `size` domains. A round has a turn of 200 images of each."""
    nets, decoder = {str(domain): _dense()[0] for domain in range(size)}, _dense()[1]
    model = models.MultiEncoder(nets, decoder, likelihood="bernoulli")
    rounds = training.Rounds(pixels(200 * size, PIXELS), np.arange(200 * size) % size, model.turns, 200)
    return _training(model, rounds[0])


def smallest():
    """Return training whose steps compute next to nothing, so that their time is the overhead of a step."""
    return _training(models.VAE(networks.mlp(2, 2, (2,)), networks.mlp(1, 2, (2,))), (pixels(2, (2,)),))


AXES = {
    "batch size n": Axis((256, 512, 1024, 2048), batch_size, 1),
    "importance samples K": Axis((10, 20, 40, 80), importance_samples, 1),
    "width of the networks": Axis((256, 512, 1024, 2048), width, 2),
    "side of the images": Axis((16, 32, 64, 128), side, 2.5),
    "encoders": Axis((1, 2, 4, 8), encoders, 1),
}
