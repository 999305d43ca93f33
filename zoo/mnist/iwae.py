"""The importance-weighted autoencoder on MNIST: one or two layers of latent units, k samples."""

from typing import Literal

import kvae
from kvae.zoo import Count
from kvae.zoo.mnist.vae import data as data
from kvae.zoo.mnist.vae import nets
from kvae.zoo.mnist.vae import training as training


def model(dataset, layers: Literal[1, 2] = 1, samples: Count = 5, doubly_reparameterized: bool = False):
    return kvae.models.IWAE(
        **nets(dataset, layers),
        likelihood="bernoulli",
        samples=samples,
        doubly_reparameterized=doubly_reparameterized,
    )
