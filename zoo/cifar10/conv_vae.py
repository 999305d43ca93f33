"""The plain VAE beside cifar10/residual_vae: as many parameters, no residual blocks.

Source: none; it is what "Using variational autoencoders as generative models" (anonymous) leaves its readers to compare
with. DCGAN-style nets (Radford et al. 2016), transposed convolutions.

Chosen here: 39 channels in the first layer, which makes 1.45 million parameters as the residual nets have, all else as
in cifar10/residual_vae.
Expected (seed 0, 202 test pictures): MSE .0065, SSIM .706, ELBO -1896 nats; at a rate of 4e-4 .0071, .688, -1900.
Cost: 40 epochs of 20 s on one CPU core with other work beside it, TensorFlow.
Command: kvae train cifar10/conv_vae
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, OneOf, Search
from kvae.zoo.cifar10.residual_vae import data as data
from kvae.zoo.cifar10.residual_vae import training as training
from kvae.zoo.stl10 import residual_vae


def model(
    dataset,
    latent: Count = 128,
    width: Count = 39,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
    kl_weight: NonNegative = 0.01,
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, momentum=0.9, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, momentum=0.9, name="decoder"),
        likelihood="bernoulli",
        beta=residual_vae.beta(dataset, latent, kl_weight),
    )


def search():
    return Search(
        vary={
            "model.kl_weight": Between(0.0002, 0.1, log=True),
            "model.latent": Between(32, 256, log=True),
            "model.upsampling": OneOf("deconv", "nearest", "bilinear"),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=(
            Objective("mse", "min", unit=0.001),
            Objective("rate", "min", unit=10.0),
        ),
    )
