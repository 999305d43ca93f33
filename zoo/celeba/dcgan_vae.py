"""A DCGAN-style VAE on faces, with three ways of enlarging a feature map."""

from typing import Literal

import kvae
from kvae.zoo import Count, NonNegative, Positive, Training


def data(size: Count = 64, skip_damaged: bool = False):
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged)


def nets(dataset, latent: int, width: int, upsampling: str, outputs: int = 1) -> dict:
    """Encoder and decoder, mirror images of each other, whose running statistics are as short-lived as DCGAN's."""
    *sides, channels = dataset.shape
    shape = (*sides, channels * outputs)
    return {
        "encoder": kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, momentum=0.9, name="encoder"),
        "decoder": kvae.networks.conv_decoder(
            latent, shape, width, upsampling=upsampling, momentum=0.9, name="decoder"
        ),
    }


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
    likelihood: Literal["bernoulli", "logistic"] = "bernoulli",
    beta: NonNegative = 1.0,
):
    px = kvae.distributions.likelihoods.get(likelihood)
    return kvae.models.VAE(**nets(dataset, latent, width, upsampling, px.outputs), likelihood=px, beta=beta)


def training(epochs: Count = 20, batch_size: Count = 128, learning_rate: Positive = 2e-4):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate, beta_1=0.5), pictures_every=5)
