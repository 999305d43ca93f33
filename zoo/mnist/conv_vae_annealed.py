"""KL annealing: the convolutional VAE whose KL weight is 0 at first and then rises slowly.

Source: "Variational Autoencoder" (its section on annealing), after Bowman et al. 2016, section 3.1.
β rises from 0 on a line towards the 392 of mnist/conv_vae. It must not arrive: past β ≈ 5 no unit is worth its price,
annealed or not. So "slowly" is decisive: after 10 epochs β is 1.6, a weight of 0.004 in the source's units, and the model
is that of this weight.

Silent in the source, chosen here: when the ramp begins (epoch 3) and how steep it is (1,500 epochs to 392); the rest as
in mnist/conv_vae.
Expected (seed 0, validation): rate 4.2 nats, 13 of 64 units active, MSE 0.030 per pixel (mnist/conv_vae: 0, 0.088).
With β = 1 from the third epoch and 5 epochs: elbo −741.0, rate 6.0, 32 units active.
Cost: 5 minutes on one CPU core with TensorFlow.
Command: kvae train mnist/conv_vae_annealed
At the true ELBO: kvae train mnist/conv_vae_annealed --set beta=1 --set delay=1 --set length=2 --set epochs=5
"""

import dataclasses
from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, Positive, Search, Training
from kvae.zoo.mnist import conv_vae
from kvae.zoo.mnist.conv_vae import MEAN_OVER_PIXELS
from kvae.zoo.mnist.conv_vae import data as data


def model(
    dataset,
    latent: Count = 64,
    width: Count = 16,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
):
    """The net of mnist/conv_vae; its β is the schedule's business, hence no parameter of the model here."""
    return conv_vae.model(dataset, latent, width, upsampling, beta=0.0)


def training(
    epochs: Count = 10,
    batch_size: Count = 64,
    learning_rate: Positive = 1e-3,
    beta: NonNegative = MEAN_OVER_PIXELS,
    delay: NonNegative = 3.0,
    length: NonNegative = 1500.0,
) -> Training:
    """β is 0 for `delay` epochs, then on a straight line that would reach `beta` after `length` more."""
    anneal = {"beta": kvae.training.schedules.Linear(0.0, beta, length, delay)}
    return dataclasses.replace(conv_vae.training(epochs, batch_size, learning_rate), anneal=anneal)


def search():
    return Search(
        vary={
            "beta": Between(0.25, 800.0, log=True),
            "delay": Between(0.0, 6.0),
            "length": Between(1.0, 1500.0, log=True),
            "model.latent": Between(8, 128, log=True),
            "learning_rate": Between(0.0003, 0.003, log=True),
        }
    )
