"""CSVAE on the swiss roll without its adversary (Klys et al. 2018): nothing keeps the label out of z.

Source: "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018),
    section 3.1, figure 2. This is the ablation of swiss_roll/csvae.
Expected: 10,000 test points, mean and range over seeds 0 to 4
    latent code  divergence between the labels (nats)  AUC of a classifier of the label
    z            0.40 (0.02 to 0.69)                   0.65 (0.52 to 0.74)
    w            10                                    1.00
    The MSE is 0.0003.
Cost: 30 s on one CPU core with JAX.
Not in the source:
    - all choices of swiss_roll/csvae
Run:
    kvae train swiss_roll/csvae_no_adversary --backend jax
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.swiss_roll._shared import csvae_networks


def data(label: Literal["first", "height"] = "first", n: Count = 10_000, limit: Limit = None):
    return kvae.data.load("swiss_roll", label=label, n=n, limit=limit)


def model(
    dataset,
    hidden: tuple[Count, ...] = (128, 128),
    beta_distortion: Annotated[NonNegative, Between(5.0, 80.0, log=True)] = 40.0,
    beta_w: Annotated[NonNegative, Between(0.1, 5.0, log=True)] = 0.8,
    beta_z: Annotated[NonNegative, Between(0.1, 5.0, log=True)] = 0.2,
):
    return kvae.models.CSVAE(
        **csvae_networks(dataset, hidden),
        adversary=None,
        labels=kvae.distributions.BinaryLabels(1),
        likelihood="normal",
        beta_distortion=beta_distortion,
        beta_w=beta_w,
        beta_z=beta_z,
    )


def training(epochs: Count = 150, batch_size: Count = 128, learning_rate: Positive = 2e-3):
    import keras

    schedule = kvae.training.schedules.Cosine(start=1.0, end=0.02, delay=epochs / 3, length=2 * epochs / 3)
    optimizer = keras.optimizers.Adam(learning_rate, beta_1=0.5)
    return Training(epochs, batch_size, optimizer, learning_rate_schedule=schedule, steps_per_execution=20)


def search():
    return Search(
        objectives=(Objective("leakage.z", "min", unit=0.01, enough=0.5), Objective("mse", "min", unit=0.001)),
        monitor=None,  # a trial that leaks may have the best ELBO
    )
