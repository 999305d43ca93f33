"""One encoder for each painter, and a critic that learns when a painting was made.

Source: "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava), its proposals:
beside the VAE a discriminator as in VAE/GAN, whose output is the period in which a painting was painted, so that style is
learnt and not the subject.

Silent in the source, chosen here: what paintings/multi_encoder chooses; four periods, up to 1869, the seventies, the
eighties, and from 1890 on; the critic is a small convolutional classifier that sees paintings and reconstructions
alike, of a weight beside which the distortion, in the tens of thousands, does not drown it. Paintings without a year take no
part in its term. 20 epochs.
Expected (seed 0, the 374 test paintings, 64×64): L1 0.0817 per pixel, mse 0.0124, rate 277 nats, 100 active units; from the
code which encoder made it is always told. To the critic a training painting's reconstruction looks of its time: its
−E log c(period|x̂) falls from 1.6 to 0.5 nats; to the eye it is as blurred as that of paintings/multi_encoder, which is
nearer to the painting (L1 0.0740) after 57 epochs.
Cost: 20 epochs of 80 s on one CPU core with TensorFlow, beside another training.
Command: kvae train paintings/multi_encoder_gan
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, Positive, Search, Training
from kvae.zoo.paintings.multi_encoder import data as data
from kvae.zoo.paintings.multi_encoder import shared
from kvae.zoo.paintings.vae import ERROR_AND_RATE

YEARS = (1870, 1880, 1890)
"""In which the second, third and fourth period begin."""


def periods(split):
    """Of each painting its period, −1 where the year is not known."""
    import numpy as np

    years = split.columns["year"]
    return np.where(np.isnan(years), -1, np.digitize(np.nan_to_num(years), YEARS)).astype("int32")


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    dropout: NonNegative = 0.0,
    normalization: Literal["batch", "group"] = "group",
    turns: tuple[Count, ...] = (),
    encoder_l1: Positive = 1000.0,
    decoder_l1: Positive = 1000.0,
    beta_period: NonNegative = 1000.0,
):
    return kvae.models.MultiEncoder(
        **shared(dataset, latent, width, dropout, normalization, turns, encoder_l1, decoder_l1),
        critic=kvae.networks.conv_classifier(
            dataset.shape, len(YEARS) + 1, max(1, width // 2), augment=False, name="critic"
        ),
        beta_period=beta_period,
    )


def training(epochs: Count = 20, batch_size: Count = 50, learning_rate: Positive = 1e-3):
    import keras

    optimizer = keras.optimizers.Adam(learning_rate)
    cycle = kvae.training.schedules.OneCycle(epochs)
    return Training(epochs, batch_size, optimizer, learning_rate_schedule=cycle, periods=periods, images_every=10)


def search():
    return Search(
        vary={
            "model.encoder_l1": Between(100.0, 5000.0, log=True),
            "model.beta_period": Between(10.0, 10000.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "model.dropout": Between(0.0, 0.5),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=ERROR_AND_RATE,
        monitor=None,
    )
