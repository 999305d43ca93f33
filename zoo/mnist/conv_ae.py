"""Convolutional autoencoder on MNIST: mnist/conv_vae with a KL weight of 0.

Source: "Variational Autoencoder" (project report), its autoencoder analysis. Its validation MSE is 0.004 per pixel.
Expected: validation images, seed 0
    MSE per pixel  active units  smallest posterior standard deviation
    0.0034         64 of 64      0.0009, which is its bound
    The loss has no rate, so that nothing keeps the posterior near the prior: its standard deviations shrink towards 0 and
    its means spread. Reconstructions are sharp, and samples are not digits.
Cost: 12 to 14 minutes on two CPU cores with TensorFlow, while another training ran.
Not in the source:
    - all choices of mnist/conv_vae
Run:
    kvae train mnist/conv_ae
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training, Upsampling


def data(limit: Limit = None):
    return kvae.data.load("mnist", limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(8, 128, log=True)] = 64,
    width: Annotated[Count, Between(8, 32, log=True)] = 16,
    upsampling: Upsampling = "deconv",
    beta: NonNegative = 0.0,
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, name="decoder"),
        likelihood="normal",
        beta=beta,
    )


def training(
    epochs: Count = 10,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0003, 0.003, log=True)] = 1e-3,
):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), brighten=True)


def search():
    return Search(objectives=(Objective("mse", "min", unit=0.001),), monitor=None)
