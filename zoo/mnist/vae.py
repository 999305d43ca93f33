"""The VAE that the IWAE is compared with: one or two layers of latent units, k samples."""

from typing import Literal

import numpy as np

import kvae
from kvae.zoo import Count, Positive, Training


def data(binarization: Literal["random", "fixed"] = "random"):
    """MNIST, made black and white anew at every presentation, or once for all."""
    return kvae.data.load("mnist" if binarization == "random" else "binarized_mnist")


def nets(dataset, layers: int) -> dict:
    """The authors' nets: x - 200 - 200 - z, and for two layers z - 100 - 100 - u, all tanh, and their mirror images."""
    mlp, lowest = kvae.networks.mlp, 50 if layers == 1 else 100
    decoder = mlp(lowest, dataset.shape, (200, 200), "tanh", name="decoder")
    x = dataset.train.x
    mean = np.clip(x.mean(axis=0) / (1 if dataset.support == "binary" else 255), 0.001, 0.999)
    *_, output, _ = decoder.layers  # a linear layer, and its reshaping
    output.bias.assign(np.log(mean / (1 - mean)).ravel())
    lower = {"encoder": mlp(dataset.shape, 2 * lowest, (200, 200), "tanh", name="encoder"), "decoder": decoder}
    upper = {
        "upper_encoder": mlp(lowest, 2 * 50, (100, 100), "tanh", name="upper_encoder"),
        "upper_decoder": mlp(50, 2 * lowest, (100, 100), "tanh", name="upper_decoder"),
    }
    return lower if layers == 1 else {**lower, **upper}


def model(dataset, layers: Literal[1, 2] = 1, samples: Count = 1):
    return kvae.models.LayeredVAE(**nets(dataset, layers), likelihood="bernoulli", samples=samples)


def training(
    schedule: Literal["short", "published"] = "short",
    epochs: Count = 40,
    batch_size: Count = 20,
    learning_rate: Positive = 1e-3,
):
    """`published` runs the authors' eight stages of 1, 3, 9, … 2,187 epochs, whatever `epochs` is."""
    import keras

    schedules = kvae.training.schedules
    if schedule == "published":
        epochs = sum(3**i for i in range(8))
        factor = schedules.Stages({(3**i - 1) // 2: 10 ** (-i / 7) for i in range(8)})
    else:
        factor = schedules.Exponential(1.0, 0.1 ** (1 / epochs))
    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, epsilon=1e-4),
        learning_rate=factor,
        transform=kvae.data.binarize,
        pictures_every=10,
    )
