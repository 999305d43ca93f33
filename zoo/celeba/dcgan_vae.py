"""A DCGAN-style VAE on faces, with three ways of enlarging a feature map."""

from typing import Literal

import kvae
from kvae.zoo import Count, NonNegative, Positive, Training


def data(size: Count = 64, skip_damaged: bool = False):
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged)


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
    likelihood: Literal["bernoulli", "logistic", "normal", "laplace"] = "bernoulli",
    beta: NonNegative = 1.0,
):
    px = kvae.distributions.likelihoods.get(likelihood)
    *sides, channels = dataset.shape
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(
            latent, (*sides, channels * px.outputs), width, upsampling=upsampling, name="decoder"
        ),
        likelihood=px,
        beta=beta,
    )


def training(epochs: Count = 20, batch_size: Count = 128, learning_rate: Positive = 2e-4, beta_1: NonNegative = 0.5):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate, beta_1=beta_1), pictures_every=5)
