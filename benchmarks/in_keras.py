"""The work in plain Keras: a VAE with its own `compute_loss`."""

from collections.abc import Callable

import keras

from benchmarks.round import networks, plain_vae
from benchmarks.work import PIXELS, Work, pixels


def dense_vae(work: Work) -> Callable:
    model = plain_vae(*networks())
    model.compile(keras.optimizers.Adam(1e-3))
    x = pixels(work.amount, PIXELS)
    return lambda: model.fit(x, batch_size=work.batch, verbose=0, shuffle=False)


TASKS = {"dense VAE": dense_vae}
