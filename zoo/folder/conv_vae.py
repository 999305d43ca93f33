"""A convolutional VAE on pictures of your own: any folder of images, or a zip.

Source: none; the nets of celeba's DCGAN-style recipes on whatever pictures you have.
Expected: nothing in particular; some thousand pictures of one kind make samples worth looking at.
Cost: about a minute for ten epochs of 1,000 pictures at 32×32 on two CPU cores.
Command: kvae train folder/conv_vae --set data.path=PICTURES --set data.size=32
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, OneOf, Positive, Search, Training


def data(path: str = "pictures", size: Count = 64, color: Literal["rgb", "gray"] = "rgb", skip_damaged: bool = False):
    return kvae.data.load(f"folder:{path}", size=size, color=color, skip_damaged=skip_damaged)


def model(
    dataset,
    latent: Count = 64,
    width: Count = 32,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "nearest",
    beta: NonNegative = 1.0,
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, name="decoder"),
        likelihood="bernoulli",
        beta=beta,
    )


def training(epochs: Count = 50, batch_size: Count = 64, learning_rate: Positive = 5e-4):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), images_every=5)


def search():
    return Search(
        vary={
            "model.beta": Between(0.25, 4.0, log=True),
            "model.latent": Between(16, 256, log=True),
            "model.width": Between(16, 64, log=True),
            "model.upsampling": OneOf("deconv", "nearest", "bilinear"),
            "learning_rate": Between(0.0001, 0.002, log=True),
        }
    )
