"""A fully connected VAE of low capacity, under the same weights as mnist/conv_vae.

Source: "Variational Autoencoder" (its section on model capacity), where such a net nearly collapses and then recovers.
Under the source's own weight it cannot recover: what decides is the price of the code (see mnist/conv_vae), not the
capacity. At the true ELBO it needs no recovery.

Silent in the source, chosen here: one hidden layer of 256 units each way; the rest as in mnist/conv_vae.
Expected (seed 0, validation): rate 0.00003 nats, 0 of 64 units active. With β = 1 and 5 epochs: elbo −741.1, rate 4.8,
10 units active.
Cost: about 2.5 minutes on two CPU cores with TensorFlow.
Command: kvae train mnist/dense_vae
At the true ELBO: kvae train mnist/dense_vae --set model.beta=1 --set epochs=5
"""

import kvae
from kvae.zoo import Between, Count, NonNegative, Search
from kvae.zoo.mnist.conv_vae import MEAN_OVER_PIXELS
from kvae.zoo.mnist.conv_vae import data as data
from kvae.zoo.mnist.conv_vae import training as training


def model(dataset, latent: Count = 64, hidden: tuple[Count, ...] = (256,), beta: NonNegative = MEAN_OVER_PIXELS):
    return kvae.models.VAE(
        kvae.networks.mlp(dataset.shape, 2 * latent, hidden, name="encoder"),
        kvae.networks.mlp(latent, dataset.shape, hidden[::-1], name="decoder"),
        likelihood="normal",
        beta=beta,
    )


def search():
    return Search(
        vary={
            "model.beta": Between(0.25, 800.0, log=True),
            "model.latent": Between(8, 128, log=True),
            "learning_rate": Between(0.0003, 0.003, log=True),
        }
    )
