"""Convolutional VAE on your own images, from a folder or a zip file.

Source: none. The networks are those of celeba/dcgan_vae, without batch norm and with nearest-neighbour up-sampling.
Expected: no metrics, since the images are yours.
    docs/results/own_images.md has the errors for 50 to 9,000 faces and paintings. Good samples need
    some thousands of images of the same kind.
Cost: a minute for up to 2,000 images at 32×32 on one CPU core, and about four times as long for 9,000.
Chosen here:
    - no batch norm. Its running statistics lag in a short training, so that the trained model differs from the one that was
      being trained. The validation loss of 200 faces is also lower without it (492 nats, with batch norm 497).
    - at least 50 steps in an epoch (min_steps), so 1,000 steps in all. An epoch passes through a small folder several times.
Run:
    kvae train folder/conv_vae --set data.path=FOLDER --set data.size=32
    # images that are not square, here cropped to 3:2 and scaled to 48×32; data.aspect=keep does not crop them
    kvae train folder/conv_vae --set data.path=FOLDER --set data.size=32 --set data.aspect=3:2
    # less blurred reconstructions (500 faces: squared error .0145 instead of .0171 on validation images)
    kvae train folder/conv_vae --set data.path=FOLDER --set data.size=32 --set model.beta=0.25
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, OneOf, Positive, Training, Upsampling


def data(
    path: FilePath = "pictures",
    size: Count = 64,
    color: Literal["rgb", "gray"] = "rgb",
    aspect: str = "square",
    splits: Literal["auto", "named", "random"] = "auto",
    skip_damaged: bool = False,
    limit: Limit = None,
):
    return kvae.data.load(
        f"folder:{path}",
        size=size,
        color=color,
        aspect=aspect,
        splits=splits,
        skip_damaged=skip_damaged,
        limit=limit,
    )


def model(
    dataset,
    latent: Annotated[Count, Between(16, 256, log=True)] = 64,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    upsampling: Annotated[Upsampling, OneOf("deconv", "nearest", "bilinear")] = "nearest",
    beta: Annotated[NonNegative, Between(0.25, 4.0, log=True)] = 1.0,
):
    encoder = kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, normalization="none", name="encoder")
    decoder = kvae.networks.conv_decoder(
        latent, dataset.shape, width, upsampling=upsampling, normalization="none", name="decoder"
    )
    return kvae.models.VAE(
        encoder,
        decoder,
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 20,
    batch_size: Count = 32,
    min_steps: Count = 50,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 1e-3,
):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), images_every=5, min_steps=min_steps)
