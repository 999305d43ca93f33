"""pix2pix with a latent code: photographs of facades from maps of their parts, through a Gaussian bottleneck.

Source: none. "Experimentation with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and
    Shrivastava) tried "the VAE version of Pix2Pix architecture", which failed, and gives no further details. The code that
    it names (yenchenlin, pix2pix-tensorflow) has no VAE. Here the networks are the halves of the U-Net of pix2pix.
Expected: 50 test pairs, seed 0
    L1  0.161, with one code for all maps 0.160    rate  40 nats
    with skip connections: L1  0.156, with one code for all maps 0.156    rate  3.2 nats
Cost: six minutes on one CPU core with TensorFlow, 9 s per epoch.
Chosen here:
    - no skip connections. With them (model.skips=true) the decoder needs no latent code, and the rate falls to 3 nats.
    - images of 64×64, 32 channels in the first convolution, 128 latent units, and patches of 34×34 pixels
    - the Laplace likelihood with a scale of 0.1, so that errors weigh ten times as much as with a scale of 1
    - a weight of 61 of the adversary. That of pix2pix is 12,288 values / (200 · scale) = 614. With 610, the validation L1 is
      0.177 instead of 0.159, both after 60 epochs.
    - batch norm, batches of 16 and Adam at 5e-4
    - 40 epochs. With 60 the validation error is no smaller (0.159 instead of 0.158).
    - the schedule and the augmentation of facades/pix2pix
Run:
    kvae train facades/pix2pix_vae
    # with skip connections
    kvae train facades/pix2pix_vae --set model.skips=true --out runs/facades/pix2pix_vae_skips
    # without the adversary
    kvae train facades/pix2pix_vae --set model.beta_adversary=0
    # the published size
    kvae train facades/pix2pix_vae --set data.size=256 --set model.width=64 --set model.stages=3
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.facades._shared import load


def data(
    size: Count = 64,
    path: FilePath | None = None,
    input_side: str = "right",
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load maps and photographs, or the pairs of `path`."""
    return load(size, path, input_side, skip_damaged, limit)


def model(
    dataset,
    latent: Count = 128,
    width: Count = 32,
    stages: Count = 2,
    skips: bool = False,
    dropout: NonNegative = 0.0,
    scale: Positive = 0.1,
    beta: NonNegative = 1.0,
    beta_adversary: NonNegative = 61.0,
):
    networks, target = kvae.networks, dataset.train.y.shape[1:]
    pair = (*dataset.shape[:2], dataset.shape[2] + target[2])
    return kvae.models.Pix2PixVAE(
        networks.unet_encoder(dataset.shape, 2 * latent, width, skips=skips, name="encoder"),
        networks.unet_decoder(latent, target, width, dropout=dropout, skips=skips, name="decoder"),
        networks.patch_discriminator(pair, width, stages, name="discriminator") if beta_adversary else None,
        likelihood=kvae.distributions.likelihoods.LaplaceLikelihood(scale),
        beta=beta,
        beta_adversary=beta_adversary,
    )


def training(
    epochs: Count = 40,
    batch_size: Count = 16,
    learning_rate: Annotated[Positive, Between(0.00005, 0.001, log=True)] = 5e-4,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5),
        learning_rate_schedule=kvae.training.schedules.constant_then_falling(epochs),
        images_every=20,
        augment=kvae.data.Jitter(),
    )


def search():
    return Search(objectives=(Objective("translation.mae", "min", unit=0.001),), monitor=None)
