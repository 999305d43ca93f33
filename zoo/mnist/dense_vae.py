"""A fully connected VAE of low capacity, under the same weights as mnist/conv_vae.

Source: "Variational Autoencoder" (section "Decreasing Model Capacity").

Expected: {expected}
Cost: {cost}
Command: kvae train mnist/dense_vae
At the true ELBO: kvae train mnist/dense_vae --set model.beta=1
"""

import kvae
from kvae.zoo.mnist.conv_vae import MEAN_OVER_PIXELS
from kvae.zoo.mnist.conv_vae import data as data
from kvae.zoo.mnist.conv_vae import training as training


def model(dataset, latent: int = 64, hidden: tuple[int, ...] = (256,), beta: float = MEAN_OVER_PIXELS):
    return kvae.models.VAE(
        kvae.networks.mlp(dataset.shape, 2 * latent, hidden, name="encoder"),
        kvae.networks.mlp(latent, dataset.shape, hidden[::-1], name="decoder"),
        likelihood="normal",
        beta=beta,
    )
