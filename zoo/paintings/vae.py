"""One encoder and one decoder for all painters: the baseline.

Source: "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava), whose nets are
those of Deep Feature Consistent VAE (Hou et al. 2017) with 100 latent units, on 256×256, loss 1000 · L1 + KL, Adam.

Silent in the source, chosen here: what its L1 and its KL are averaged over. Here both are means, over D pixels and channels
or L latent units, as deep-learning libraries have them by default: in nats, 1000 · L1 + KL is a β of D / (1000 · L) beside a
Laplace likelihood of scale 1 (0.12 at 64×64, 2.0 at 256×256). With the KL summed it is 12.3 (model.weight_l1=10), and
pictures are blurs. Outputs go through a sigmoid: an L1 error of unbounded ones learns far slower. The posterior
begins near the prior, or its scales blow up in the first steps. Adam at 1e-3, warmed up and lowered in one cycle, batch 50,
57 epochs.
Expected (seed 0, the 374 test paintings, 64×64): L1 0.0651 per pixel, mse 0.0083, rate 262 nats, 100 active units; the
painter told by the nearest cluster of codes .58, by the likeliest .67 (largest class .37); the year within 11.1 years
(12.1 for one who knows the mean alone). With model.normalization=group L1 0.0662.
Cost: 20 minutes on one CPU core with TensorFlow, 20 seconds an epoch; at 256×256 250 seconds and 3.9 GiB.
Command: kvae train paintings/vae
As published: kvae train paintings/vae --set data.size=256
"""

import math
from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, Positive, Search, Training

ARTISTS = (
    "claude-monet",
    "eugene-boudin",
    "edouard-manet",
    "pierre-auguste-renoir",
    "alfred-sisley",
    "frederic-bazille",
)


def data(
    size: Count = 64,
    artists: tuple[str, ...] = ARTISTS,
    paintings: tuple[Count, ...] = (),
    repeated: tuple[str, ...] = (),
    share: NonNegative = 0.5,
    skip_damaged: bool = False,
):
    dataset = kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged)
    return (dataset.at_most(paintings) if paintings else dataset).repeating(repeated, share)


MOMENTUM = 0.9
"""Of running statistics: an epoch has some sixty steps, and a painter with few paintings takes eight of them."""


def encoder(dataset, outputs: int, width: int, name: str = "encoder"):
    return kvae.networks.conv_encoder(dataset.shape, outputs, width, momentum=MOMENTUM, gain=0.1, name=name)


def decoder(
    dataset, latent: int, width: int, dropout: float, normalization: str = "batch", activation: str = "sigmoid"
):
    return kvae.networks.conv_decoder(
        latent,
        dataset.shape,
        width,
        upsampling="nearest",
        momentum=MOMENTUM,
        dropout=dropout,
        activation=activation,
        normalization=normalization,
        name="decoder",
    )


def l1_weight(dataset, latent: int, weight: float) -> float:
    """The weight of a distortion in nats that is `weight` · L1, a mean over D values, beside a KL averaged over L units."""
    return weight * latent / math.prod(dataset.shape)


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    dropout: NonNegative = 0.0,
    normalization: Literal["batch", "group"] = "batch",
    weight_l1: Positive = 1000.0,
):
    return kvae.models.VAE(
        encoder(dataset, 2 * latent, width),
        decoder(dataset, latent, width, dropout, normalization),
        likelihood="laplace",
        beta=1 / l1_weight(dataset, latent, weight_l1),
    )


def training(epochs: Count = 57, batch_size: Count = 50, learning_rate: Positive = 1e-3):
    import keras

    optimizer, cycle = keras.optimizers.Adam(learning_rate), kvae.training.schedules.OneCycle(epochs)
    return Training(epochs, batch_size, optimizer, learning_rate_schedule=cycle, images_every=10)


ERROR = Objective("mae", "min", unit=0.001)
ERROR_AND_RATE = (ERROR, Objective("rate", "min", unit=10.0))
"""A loss of 1000 · L1 + KL is no likelihood's: each part counts by itself."""


def search():
    return Search(
        vary={
            "model.weight_l1": Between(100.0, 5000.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "model.dropout": Between(0.0, 0.5),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=ERROR_AND_RATE,
        monitor=None,
    )
