"""Dense VAE of paintings (in the manner of the Keras blog).

Source: "Experimentation with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and
    Shrivastava). The first of its models that worked has only dense layers, like an autoencoder of the Keras blog, on
    paintings of 150×150.
Expected: the 374 test paintings, 150×150, seed 0
    L1 per pixel  MSE     rate (nats)  active units
    0.0884        0.0144  203          100
    The mean distance between samples is 0.55 of that between paintings. Samples show skies and grounds without objects.
Cost: 30 epochs of 15 to 45 s on one CPU core with TensorFlow, while other trainings ran.
Not in the source:
    - the networks and the training of paintings/dense_ae
    - the loss of paintings/vae, 1000 · L1 + KL, in which L1 and KL are means. In sums of nats, with a Laplace likelihood of
      scale 1, this is β = D / (1000 · L) = 0.675.
Run:
    kvae train paintings/dense_vae
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training, beta_of
from kvae.zoo.paintings._shared import ARTISTS, dense_decoder, dense_encoder

BETA = beta_of(1, values=150 * 150 * 3, units=100, error_scale=1000)
"""Weight of the rate: the source's 1000 · L1 + KL, for means over the values of x and over the latent units."""


def data(size: Count = 150, artists: tuple[str, ...] = ARTISTS, skip_damaged: bool = False, limit: Limit = None):
    return kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged, limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    hidden: tuple[Count, ...] = (128,),
    beta: Annotated[NonNegative, Between(0.135, 6.75, log=True)] = BETA,
):
    return kvae.models.VAE(
        dense_encoder(dataset, 2 * latent, hidden),
        dense_decoder(dataset, latent, hidden),
        likelihood="laplace",
        beta=beta,
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
    # The loss 1000 · L1 + KL is not an ELBO. Error and rate are therefore two objectives.
    return Search(
        objectives=(Objective("mae", "min", unit=0.001), Objective("rate", "min", unit=10.0)),
        monitor=None,
    )
