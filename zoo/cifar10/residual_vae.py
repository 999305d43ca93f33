"""A residual VAE on CIFAR-10's horses and birds, for latent arithmetic (unmeasured).

Source: "Using variational autoencoders as generative models" (anonymous), which trains on STL-10 at 64×64; here its
experiment at 32×32, on the two classes that it mixes.

Silent in the source, chosen here: as in stl10/residual_vae (β = 0.24 at 32×32); 128 latent units, 40 epochs.
Expected: no figure yet.
Cost: not measured.
Command: kvae train cifar10/residual_vae
"""

import kvae
from kvae.zoo import Count, NonNegative, Positive
from kvae.zoo.stl10 import residual_vae
from kvae.zoo.stl10.residual_vae import search as search


def data(classes: tuple[str, ...] = ("horse", "bird")):
    return kvae.data.load("cifar10", classes=classes)


def model(dataset, latent: Count = 128, width: Count = 32, depth: Count = 1, kl_weight: NonNegative = 0.01):
    return residual_vae.model(dataset, latent, width, depth, kl_weight)


def training(epochs: Count = 40, batch_size: Count = 64, learning_rate: Positive = 4e-4):
    return residual_vae.training(epochs, batch_size, learning_rate)
