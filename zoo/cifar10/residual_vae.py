"""Residual VAE on CIFAR-10's horses and birds, for arithmetic with latent codes.

Source: "Using variational autoencoders as generative models" (anonymous project report).
    It trains on STL-10 at 64×64. This is its experiment at 32×32, on the two classes that it mixes.
Expected: 202 test images, seed 0
    MSE     SSIM   ELBO (nats)
    0.0062  0.713  −1895
    Along the mixture of 64 birds and horses the probability of "horse" by cifar10/classifier falls from 0.95 to 0.16,
    at every step. decode(z) is as bright as decode(−z) is dark: the correlation of their mean brightness is −0.990.
Cost: 40 epochs of 40 s on one CPU core with TensorFlow, while other work ran.
Not in the source:
    - what the losses are averaged over, as in stl10/residual_vae: β = 0.01 · D / L, 0.24 at 32×32
    - 32-64-128-256 channels, one block at every size, 128 latent units, Adam
    - 40 epochs. They are too few for the source's rate of 4e-4, which ends at an MSE of 0.0068; hence 1e-3.
Run:
    kvae train cifar10/residual_vae
    # the mixtures of birds and horses
    kvae blend runs/cifar10/residual_vae --select-a label=bird --select-b label=horse --sweep 11 -n 64 \\
        --classifier runs/cifar10/classifier
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, OneOf, Positive, Search, Training


def data(classes: tuple[str, ...] = ("horse", "bird")):
    return kvae.data.load("cifar10", classes=classes)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 512, log=True)] = 128,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    depth: Annotated[Count, OneOf(1, 2, 3)] = 1,
    # 0.01 · D / L: the source's weight, for a mean KL of L = 128 units and a mean error of D = 32 · 32 · 3 values
    beta: Annotated[NonNegative, Between(0.005, 2.5, log=True)] = 0.01 * (32 * 32 * 3) / 128,
):
    return kvae.models.VAE(
        kvae.networks.residual_encoder(dataset.shape, 2 * latent, width, depth, name="encoder"),
        kvae.networks.residual_decoder(latent, dataset.shape, width, depth, name="decoder"),
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 40,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 1e-3,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.Linear(1.0, 1.0 / epochs, length=epochs - 1),
        images_every=10,
    )


def search():
    return Search(objectives=(Objective("mse", "min", unit=0.001), Objective("rate", "min", unit=10.0)))
