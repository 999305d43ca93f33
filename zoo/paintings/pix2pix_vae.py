"""VAE of paintings with the networks of pix2pix (Isola et al. 2017) and a Gaussian bottleneck.

Source: none. "Experimentation with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and
    Shrivastava) tried "the VAE version of Pix2Pix architecture" on paintings, which failed, and gives no further details.
    The code that it names (yenchenlin, pix2pix-tensorflow) has no VAE. Here every painting is its own target.
Expected: 374 test paintings, seed 0
    L1  0.0794, with one code for all paintings 0.180    SSIM  0.343    rate  251 nats
    with skip connections: L1  0.0099, with one code for all paintings 0.0099    rate  0.05 nats
Cost: about a quarter of an hour on one CPU core with TensorFlow, 18 s per epoch.
Chosen here:
    - no skip connections. With them (model.skips=true) the decoder needs no latent code: the rate falls to 0, and
      reconstructions are copies.
    - images of 64×64, 32 channels in the first convolution, 128 latent units, and no adversary
    - the Laplace likelihood with a scale of 0.1. With 1 the rate is 53 nats and L1 0.0847.
    - batch norm with a momentum of 0.9, batches of 32, and Adam with a one-cycle schedule up to 1e-3
Run:
    kvae train paintings/pix2pix_vae
    # with skip connections
    kvae train paintings/pix2pix_vae --set model.skips=true --out runs/paintings/pix2pix_vae_skips
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.paintings._shared import ARTISTS, MOMENTUM


def data(
    size: Count = 64,
    artists: tuple[str, ...] = ARTISTS,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    return kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged, limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 128,
    width: Count = 32,
    skips: bool = False,
    scale: Positive = 0.1,
    beta: NonNegative = 1.0,
):
    return kvae.models.Pix2PixVAE(
        kvae.networks.unet_encoder(dataset.shape, 2 * latent, width, skips=skips, momentum=MOMENTUM, name="encoder"),
        kvae.networks.unet_decoder(latent, dataset.shape, width, skips=skips, momentum=MOMENTUM, name="decoder"),
        paired=False,
        likelihood=kvae.distributions.likelihoods.LaplaceLikelihood(scale),
        beta=beta,
    )


def training(
    epochs: Count = 40,
    batch_size: Count = 32,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 1e-3,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.OneCycle(epochs),
        images_every=10,
    )


def search():
    return Search(objectives=(Objective("mae", "min", unit=0.001),), monitor=None)
