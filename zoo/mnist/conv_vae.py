"""Posterior collapse: a convolutional VAE under the weights of a squared error that is averaged over the pixels.

Source: "Variational Autoencoder" (system B of this zoo's sources), after Bowman et al. 2016. The source minimises
mean_pixels (x − x̂)² + 1 · KL. In nats, with x ~ N(x̂, 1), the squared error counts ½ Σ_pixels, so that the same minimum
is that of distortion + β · KL with β = 784 / 2 = 392. One nat of code can then save at most 392⁻¹ … of nothing: the whole
variance of MNIST is 0.067 per pixel, less than the price of 0.07 nats, hence the code is given up.

Silent in the source, chosen here: the nets (DCGAN-like, 16-32-64 channels), 64 latent units, Adam at 1e-3, 10 epochs.
Expected: collapse, active units 0, rate 0, and every sample the mean digit.
Cost: about 5 minutes on two CPU cores with TensorFlow.
Command: kvae train mnist/conv_vae
At the true ELBO: kvae train mnist/conv_vae --set model.beta=1
"""

import kvae
from kvae.zoo import Training

MEAN_OVER_PIXELS = 784 / 2
"""The source's KL weight of 1 against a squared error averaged over 784 pixels, in nats against ½ Σ (x − x̂)²."""


def data():
    return kvae.data.load("mnist")


def model(
    dataset,
    latent: int = 64,
    width: int = 16,
    upsampling: str = "deconv",
    beta: float = MEAN_OVER_PIXELS,
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, name="decoder"),
        likelihood="normal",
        beta=beta,
    )


def training(epochs: int = 10, batch_size: int = 64, learning_rate: float = 1e-3):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), brighten=True)
