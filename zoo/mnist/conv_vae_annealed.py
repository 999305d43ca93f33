"""KL annealing: the convolutional VAE whose KL weight is 0 at first and then rises slowly.

Source: "Variational Autoencoder" (section "KLD Annealing"), after Bowman et al. 2016, section 3.1.
{text}
Expected: {expected}
Cost: {cost}
Command: kvae train mnist/conv_vae_annealed
"""

import dataclasses

import kvae
from kvae.zoo import Training
from kvae.zoo.mnist import conv_vae
from kvae.zoo.mnist.conv_vae import MEAN_OVER_PIXELS
from kvae.zoo.mnist.conv_vae import data as data
from kvae.zoo.mnist.conv_vae import model as model


def training(
    epochs: int = 10,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    beta: float = MEAN_OVER_PIXELS,
    delay: float = 3.0,
    length: float = 1500.0,
) -> Training:
    """β is 0 for `delay` epochs, then on a straight line that would reach `beta` after `length` more."""
    anneal = {"beta": kvae.training.schedules.Linear(0.0, beta, length, delay)}
    return dataclasses.replace(conv_vae.training(epochs, batch_size, learning_rate), anneal=anneal)
