"""Residual VAE on STL-10, for arithmetic with latent codes (not measured).

Source: "Using variational autoencoders as generative models" (anonymous project report).
    The data are the training and the unlabelled images at 64×64. A residual block adds its input to the output of a
    convolution, two batch norms and a non-linearity. Up-sampling is by nearest neighbours. Batches hold 64 images. The
    learning rate falls linearly from 4e-4 during 100 epochs. The loss is the binary cross-entropy + 0.01 · KL. The report
    shows images of horses with wings, and no metrics.
Expected: not measured.
Cost: not measured.
Not in the source:
    - what cross-entropy and KL are averaged over. Here both are means, over D pixels and channels and over L latent
      units, which is the default of deep-learning libraries. In sums of nats this is β = 0.01 · D / L: 0.48 at 64×64.
      If both were summed, β would be 0.01. With a mean cross-entropy and a summed KL it would be 122.9. The default of
      model.beta is that of 64×64 and 256 latent units, whatever data.size and model.latent are.
    - 32-64-128-256 channels, one residual block at every size of feature map
    - 256 latent units, Adam
Run:
    kvae train stl10/residual_vae
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, OneOf, Positive, Search, Training, beta_of

BETA = beta_of(0.01, values=64 * 64 * 3, units=256)
"""Weight of the rate: that of the source, for means over the values of x and over the latent units."""


def data(size: Count = 64, unlabelled: bool = True, limit: Limit = None):
    return kvae.data.load("stl10", size=size, unlabelled=unlabelled, limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 512, log=True)] = 256,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    depth: Annotated[Count, OneOf(1, 2, 3)] = 1,
    beta: Annotated[NonNegative, Between(0.01, 5.0, log=True)] = BETA,
):
    return kvae.models.VAE(
        kvae.networks.residual_encoder(dataset.shape, 2 * latent, width, depth, name="encoder"),
        kvae.networks.residual_decoder(latent, dataset.shape, width, depth, name="decoder"),
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 100,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 4e-4,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.Linear(1.0, 1.0 / epochs, length=epochs - 1),
        images_every=10,
    )


def search():
    return Search(objectives=(Objective("mse", "min", unit=0.001), Objective("rate", "min", unit=10.0)))
