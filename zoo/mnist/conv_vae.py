"""Posterior collapse: a convolutional VAE under the weights of a squared error that is averaged over the pixels.

Source: "Variational Autoencoder", an analysis of posterior collapse after Bowman et al. 2016. It minimises
mean_pixels (x − x̂)² + 1 · KL. In nats, with x ~ N(x̂, 1), the squared error is ½ Σ_pixels, so that the same minimum is
that of distortion + β · rate with β = 784 / 2 = 392. The whole squared error of MNIST, 26 nats, is then worth less than
a tenth of one nat of code: the code is given up. (A unit lives while β is below the variance that it explains, and the
largest eigenvalue of MNIST's covariance is 5.1.)

Silent in the source, chosen here: the nets (DCGAN-like, 16-32-64 channels), 64 latent units, Adam at 1e-3, 10 epochs,
the last 5,000 training images for validation.
Expected (seed 0, validation): rate 0.016 nats, 0 of 64 units active, every sample the mean digit. With β = 1 and 5
epochs: elbo −740.8, rate 5.8, 44 units active.
Cost: 12 to 14 minutes on two CPU cores with TensorFlow, with another training beside it.
Command: kvae train mnist/conv_vae
At the true ELBO: kvae train mnist/conv_vae --set model.beta=1 --set epochs=5
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, OneOf, Positive, Search, Training

MEAN_OVER_PIXELS = 784 / 2
"""The source's KL weight of 1 against a squared error averaged over 784 pixels, in nats against ½ Σ (x − x̂)²."""


def data():
    return kvae.data.load("mnist")


def model(
    dataset,
    latent: Count = 64,
    width: Count = 16,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
    beta: NonNegative = MEAN_OVER_PIXELS,
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, name="decoder"),
        likelihood="normal",
        beta=beta,
    )


def training(epochs: Count = 10, batch_size: Count = 64, learning_rate: Positive = 1e-3):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), brighten=True)


def search():
    return Search(
        vary={
            "model.beta": Between(0.25, 800.0, log=True),
            "model.latent": Between(8, 128, log=True),
            "model.width": Between(8, 32, log=True),
            "model.upsampling": OneOf("deconv", "nearest", "bilinear"),
            "learning_rate": Between(0.0003, 0.003, log=True),
        }
    )
