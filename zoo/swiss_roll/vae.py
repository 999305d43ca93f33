"""VAE on the swiss roll, the baseline of swiss_roll/csvae: its latent code reveals the label.

Source: "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018),
    section 3.1, figure 1.
Expected: 10,000 test points, mean and range over seeds 0 to 4
    divergence between the labels (nats)  AUC of a classifier of the label  MSE
    4.6 (4.5 to 4.8)                      0.997 (0.994 to 0.999)            0.0063 (0.0045 to 0.0104)
Cost: 30 s on one CPU core with JAX.
Not in the source:
    - two latent units, as many as swiss_roll/csvae has in z
    - β = 0.2 / 40, the ratio of the weights of rate and distortion in swiss_roll/csvae
    - networks with two hidden layers of 128 units
    - Adam at 2e-3. The learning rate is constant for a third of the training and then falls by half a cosine.
    - batches of 128, 120 epochs
Run:
    kvae train swiss_roll/vae --backend jax
    # how much the latent code reveals of the label
    kvae evaluate runs/swiss_roll/vae --backend jax --metric divergence --metric leakage
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training


def data(label: Literal["first", "height"] = "first", n: Count = 10_000, limit: Limit = None):
    return kvae.data.load("swiss_roll", label=label, n=n, limit=limit)


def model(
    dataset,
    latent: Count = 2,
    hidden: tuple[Count, ...] = (128, 128),
    beta: Annotated[NonNegative, Between(0.00125, 1.0, log=True)] = 0.2 / 40,
):
    return kvae.models.VAE(
        kvae.networks.mlp(dataset.shape, 2 * latent, hidden, name="encoder"),
        kvae.networks.mlp(latent, dataset.shape, hidden, name="decoder"),
        likelihood="normal",
        beta=beta,
    )


def training(
    epochs: Count = 120,
    batch_size: Count = 128,
    learning_rate: Annotated[Positive, Between(0.0003, 0.003, log=True)] = 2e-3,
):
    import keras

    schedule = kvae.training.schedules.Cosine(start=1.0, end=0.02, delay=epochs / 3, length=2 * epochs / 3)
    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=schedule,
        steps_per_execution=20,
    )


def search():
    return Search(objectives=(Objective("mse", "min", unit=0.001), Objective("rate", "min")))
