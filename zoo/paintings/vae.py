"""VAE of paintings with one encoder and one decoder for all painters (networks of Hou et al. 2017).

Source: "Experimentation with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and
    Shrivastava). Its networks are those of the Deep Feature Consistent VAE (Hou et al. 2017) with 100 latent units, on
    256×256. Its loss is 1000 · L1 + KL, with Adam.
Expected: the 374 test paintings, 64×64, seed 0
    normalization  L1 per pixel  MSE     rate (nats)  active units
    batch          0.0651        0.0083  262          100
    group          0.0662
    The nearest cluster of latent codes is that of the right painter for 0.58 of the paintings, the likeliest cluster for
    0.67 (largest class 0.37). The year is predicted within 11.1 years (12.1 when always predicting the mean year).
Cost: 20 minutes on one CPU core with TensorFlow, 20 s per epoch; at 256×256 250 s and 3.9 GiB.
Not in the source:
    - what L1 and KL are averaged over. Here both are means, over D pixels and channels and over L latent units, which is
      the default of deep-learning libraries. In sums of nats, with a Laplace likelihood of scale 1, 1000 · L1 + KL is
      β = D / (1000 · L): 0.12 at 64×64, 1.97 at 256×256. With a summed KL β would be 12.3, and images are blurred.
    - a sigmoid at the outputs. With an L1 error and unbounded outputs the decoder learns far more slowly.
    - a posterior that starts near the prior. Otherwise its scales explode in the first steps.
    - Adam with a one-cycle schedule up to 1e-3, batches of 50, 57 epochs
Run:
    kvae train paintings/vae
    # the published size, with the β that follows from it
    kvae train paintings/vae --set data.size=256 --set model.beta=1.96608
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training, beta_of
from kvae.zoo.paintings._shared import ARTISTS, conv_decoder, conv_encoder

BETA = beta_of(1, values=64 * 64 * 3, units=100, error_scale=1000)
"""Weight of the rate: the source's 1000 · L1 + KL, for means over the values of x and over the latent units."""


def data(
    size: Count = 64,
    artists: tuple[str, ...] = ARTISTS,
    paintings: tuple[Count, ...] = (),
    repeated: tuple[str, ...] = (),
    share: NonNegative = 0.5,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    dataset = kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged, limit=limit)
    return (dataset.at_most(paintings) if paintings else dataset).repeating(repeated, share)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    width: Count = 32,
    dropout: Annotated[NonNegative, Between(0.0, 0.5)] = 0.0,
    normalization: Literal["batch", "group"] = "batch",
    beta: Annotated[NonNegative, Between(0.025, 1.25, log=True)] = BETA,
):
    return kvae.models.VAE(
        conv_encoder(dataset, 2 * latent, width),
        conv_decoder(dataset, latent, width, dropout, normalization),
        likelihood="laplace",
        beta=beta,
    )


def training(
    epochs: Count = 57,
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
    # The loss 1000 · L1 + KL is not an ELBO. Error and rate are therefore two objectives.
    return Search(
        objectives=(Objective("mae", "min", unit=0.001), Objective("rate", "min", unit=10.0)),
        monitor=None,
    )
