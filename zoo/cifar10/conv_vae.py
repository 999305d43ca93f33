"""Convolutional VAE on CIFAR-10's horses and birds (after Radford et al. 2016), a plain baseline.

It has as many parameters as cifar10/residual_vae and no residual blocks.

Source: none. "Using variational autoencoders as generative models" (anonymous project report) does not compare its
    residual VAE with a plain one. The networks are like DCGAN's (Radford et al. 2016), with transposed convolutions.
Expected: 202 test images, seed 0
    learning rate  MSE     SSIM   ELBO (nats)
    1e-3           0.0065  0.706  −1896
    4e-4           0.0071  0.688  −1900
Cost: 40 epochs of 20 s on one CPU core with TensorFlow, while other work ran.
Chosen here:
    - 39 channels in the first layer: 1.45 million parameters, as many as the residual networks have
    - all else as in cifar10/residual_vae
Run:
    kvae train cifar10/conv_vae
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, OneOf, Positive, Search, Training, Upsampling


def data(classes: tuple[str, ...] = ("horse", "bird"), limit: Limit = None):
    return kvae.data.load("cifar10", classes=classes, limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 128,
    width: Count = 39,
    upsampling: Annotated[Upsampling, OneOf("deconv", "nearest", "bilinear")] = "deconv",
    # 0.01 · D / L, as in cifar10/residual_vae, for L = 128 latent units and D = 32 · 32 · 3 values
    beta: Annotated[NonNegative, Between(0.005, 2.5, log=True)] = 0.01 * (32 * 32 * 3) / 128,
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, momentum=0.9, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, momentum=0.9, name="decoder"),
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
