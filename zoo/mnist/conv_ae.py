"""An autoencoder: the convolutional VAE with a KL weight of 0.

Source: "Variational Autoencoder" (section "Autoencoder Analysis"). Without the rate nothing holds the posterior: its
standard deviations shrink towards 0 and its means spread, so that reconstructions are sharp and samples are not digits.

Silent in the source, chosen here: the nets (DCGAN-like, 16-32-64 channels), 64 latent units, Adam at 1e-3, 10 epochs.
Expected: {expected}
Cost: {cost}
Command: kvae train mnist/conv_ae
"""

import functools

from kvae.zoo.mnist import conv_vae
from kvae.zoo.mnist.conv_vae import data as data
from kvae.zoo.mnist.conv_vae import training as training

model = functools.partial(conv_vae.model, beta=0.0)
