"""Dense autoencoder of paintings (in the manner of the Keras blog).

Source: "Experimentation with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and
    Shrivastava). One of its first models has only dense layers, like an autoencoder of the Keras blog, on paintings of
    150×150.
Expected: the 374 test paintings, 150×150, seed 0
    L1 per pixel  MSE
    0.0882        0.0144
    Reconstructions show where a painting is light and where it is dark, and no objects.
Cost: 30 epochs of 15 to 45 s on one CPU core with TensorFlow, while other trainings ran.
Not in the source:
    - one hidden layer of 128 units in the encoder and one in the decoder, 100 latent units. Most of the 17 million
      weights lie between image and hidden layer.
    - leaky ReLU, and a sigmoid at the outputs
    - the L1 error and the schedule of paintings/vae, with batches of 50 and 30 epochs at 5e-3
    - the encoder standardises every pixel to mean 0 and variance 1. Otherwise the mean painting outweighs the differences
      between paintings, and the L1 error stays above 0.10.
    - batch norm of the hidden units. One step of Adam changes each hidden unit by the sum of 67,500 weight updates. Without
      batch norm paintings/dense_vae has rates of thousands of nats.
Run:
    kvae train paintings/dense_ae
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, Objective, Positive, Search, Training
from kvae.zoo.paintings._shared import ARTISTS, dense_decoder, dense_encoder


def data(size: Count = 150, artists: tuple[str, ...] = ARTISTS, skip_damaged: bool = False, limit: Limit = None):
    return kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged, limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    hidden: tuple[Count, ...] = (128,),
):
    return kvae.models.Autoencoder(
        dense_encoder(dataset, latent, hidden),
        dense_decoder(dataset, latent, hidden),
        likelihood="laplace",
    )


def training(
    epochs: Count = 30,
    batch_size: Count = 50,
    learning_rate: Annotated[Positive, Between(0.0005, 0.01, log=True)] = 5e-3,
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
