"""An importance-weighted autoencoder on faces, with the nets of the DCGAN-style VAE."""

from typing import Literal

import kvae
from kvae.zoo import Count
from kvae.zoo.celeba.dcgan_vae import data as data
from kvae.zoo.celeba.dcgan_vae import nets
from kvae.zoo.celeba.dcgan_vae import training as training


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
    likelihood: Literal["bernoulli", "logistic"] = "bernoulli",
    samples: Count = 5,
    doubly_reparameterized: bool = False,
):
    px = kvae.distributions.likelihoods.get(likelihood)
    return kvae.models.IWAE(
        **nets(dataset, latent, width, upsampling, px.outputs),
        likelihood=px,
        samples=samples,
        doubly_reparameterized=doubly_reparameterized,
    )
