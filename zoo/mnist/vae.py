"""The VAE beside the IWAE on MNIST: one or two layers of latent units, k samples.

Source: Burda, Grosse and Salakhutdinov 2016, "Importance Weighted Autoencoders", Table 1, and the authors' code. Nets of
tanh units, 784-200-200-50 and back, or with a second layer 100-100-50; pixels drawn anew as black or white at every
presentation; output biases at the logits of the training mean; Adam with ε = 1e-4, batch 20, in eight stages of 1, 3, 9 …
2,187 epochs at rates from 1e-3 to 1e-4: schedule=published. −log p(x) on the test set by 5,000 samples, in nats, for
k = 1, 5, 50: 86.76, 86.47, 86.35 with one layer, 85.33, 85.01, 84.78 with two.

Chosen here: the short schedule, 20 epochs in which the rate falls from 1e-3 to 1e-4, with its own figures; β1 = 0.9 as in
the paper; 55,000 training images, the other 5,000 for validation.
Expected (short schedule, seed 0, 10,000 test images, 5,000 samples): with one layer 94.5 nats at k = 1, 93.3 at
k = 5, 92.9 at k = 50; with two 93.4, 92.1 and 90.7. With two layers and more epochs: 87.5 at k = 5 after 100
(--set epochs=100), 87.9 at k = 50 after 50.
Cost: 6 seconds an epoch on two CPU cores with JAX at k = 1; the likelihood takes 4 minutes more.
Command: kvae train mnist/vae --backend jax
Two layers, five samples: kvae train mnist/vae --backend jax --set model.layers=2 --set model.samples=5
Its likelihood: kvae evaluate runs/mnist/vae --backend jax --metric nll --samples 5000
"""

from typing import Literal

import numpy as np

import kvae
from kvae.zoo import Between, Count, Objective, OneOf, Positive, Search, Training


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
    epochs: Count = 20,
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
        learning_rate_schedule=factor,
        transform=kvae.data.binarize,
        images_every=10,
    )


def search():
    return Search(
        vary={
            "model.samples": OneOf(1, 5, 20, 50),
            "model.layers": OneOf(1, 2),
            "learning_rate": Between(0.0002, 0.003, log=True),
        },
        objectives=(Objective("nll", "min"),),
        options={"nll": {"samples": 100}},
    )
