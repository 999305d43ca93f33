"""An autoencoder: the convolutional VAE with a KL weight of 0.

Source: "Variational Autoencoder" (its autoencoder analysis; validation MSE 0.004 per pixel). Without the rate nothing
holds the posterior: its standard deviations shrink towards 0 and its means spread, so that reconstructions are sharp
and samples are no digits.

Silent in the source, chosen here: what mnist/conv_vae chooses.
Expected (seed 0, validation): MSE 0.0034 per pixel, 64 of 64 units active, posterior std down to its bound of 0.0009.
Cost: 12 to 14 minutes on two CPU cores with TensorFlow, with another training beside it.
Command: kvae train mnist/conv_ae
"""

import functools

from kvae.zoo import Between, Objective, Search
from kvae.zoo.mnist import conv_vae
from kvae.zoo.mnist.conv_vae import data as data
from kvae.zoo.mnist.conv_vae import training as training

model = functools.partial(conv_vae.model, beta=0.0)


def search():
    return Search(
        vary={
            "model.latent": Between(8, 128, log=True),
            "model.width": Between(8, 32, log=True),
            "learning_rate": Between(0.0003, 0.003, log=True),
        },
        objectives=(Objective("mse", "min", unit=0.001),),
        monitor=None,
    )
