"""Convolutional VAE on your own images, from a folder or a zip file.

Source: none. The networks are those of celeba/dcgan_vae, except for nearest-neighbour up-sampling and batch norm's default
    momentum of 0.99.
Expected: no metrics, since the images are yours.
    Good samples need some thousands of images of the same kind.
Cost: about a minute for ten epochs of 1,000 images at 32×32 on two CPU cores.
Run:
    kvae train folder/conv_vae --set data.path=FOLDER --set data.size=32
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, OneOf, Positive, Training, Upsampling


def data(
    path: FilePath = "pictures",
    size: Count = 64,
    color: Literal["rgb", "gray"] = "rgb",
    splits: Literal["auto", "named", "random"] = "auto",
    skip_damaged: bool = False,
    limit: Limit = None,
):
    return kvae.data.load(
        f"folder:{path}", size=size, color=color, splits=splits, skip_damaged=skip_damaged, limit=limit
    )


def model(
    dataset,
    latent: Annotated[Count, Between(16, 256, log=True)] = 64,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    upsampling: Annotated[Upsampling, OneOf("deconv", "nearest", "bilinear")] = "nearest",
    beta: Annotated[NonNegative, Between(0.25, 4.0, log=True)] = 1.0,
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, name="decoder"),
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 50,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 5e-4,
):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), images_every=5)
