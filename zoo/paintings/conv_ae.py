"""Convolutional autoencoder of paintings with one of two losses (in the manner of the Keras blog).

Source: "Experimentation with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and
    Shrivastava). Its convolutional autoencoders follow those of the Keras blog, on paintings of 150×150. One has the
    cross-entropy as its loss and one has L1.
Expected: the 374 test paintings, 150×150, seed 0
    likelihood                 L1 per pixel  MSE
    laplace (L1)               0.0850        0.0137
    bernoulli (cross-entropy)  0.0840        0.0130
    With either loss, reconstructions show blurred areas of light and dark.
Cost: 8 epochs of 110 to 165 s on one CPU core with TensorFlow, while other trainings ran.
Not in the source:
    - the networks of paintings/vae with 100 latent units. The latent code of the blog is a feature map.
    - losses that are summed over pixels and channels
    - Adam with the schedule of paintings/vae, batches of 50, 8 epochs
Run:
    kvae train paintings/conv_ae
    # the other loss
    kvae train paintings/conv_ae --set model.likelihood=bernoulli
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.paintings._shared import ARTISTS, conv_decoder, conv_encoder


def data(size: Count = 150, artists: tuple[str, ...] = ARTISTS, skip_damaged: bool = False, limit: Limit = None):
    return kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged, limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    dropout: NonNegative = 0.0,
    likelihood: Literal["laplace", "bernoulli"] = "laplace",
):
    # The loss is −log p(x|z) up to a constant. A Bernoulli likelihood takes logits, which need no activation.
    activation = {"laplace": "sigmoid", "bernoulli": "linear"}[likelihood]
    return kvae.models.Autoencoder(
        conv_encoder(dataset, latent, width),
        conv_decoder(dataset, latent, width, dropout, activation=activation),
        likelihood=likelihood,
    )


def training(
    epochs: Count = 8,
    batch_size: Count = 50,
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
