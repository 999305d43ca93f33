"""A plain VAE on the swiss roll, beside swiss_roll/csvae: its code tells the label.

Source: "Learning latent subspaces in variational autoencoders" (a project report after Klys, Snell and Zemel 2018), section
3.1, figure 1.

Silent in the source, chosen here: as in swiss_roll/csvae; two latent units, as many as the z that it is compared with.
Expected (seeds 0 to 4, 10,000 test points, mean and range): divergence between the labels' codes 4.6 (4.5 to 4.8)
nats, ROC AUC of a fresh classifier 0.997 (0.994 to 0.999); mse 0.0063 (0.0045 to 0.0104).
Cost: 30 seconds on one CPU core with JAX.
Command: kvae train swiss_roll/vae --backend jax
Its leakage: kvae evaluate runs/swiss_roll/vae --backend jax --metric divergence --metric leakage
"""

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.swiss_roll.csvae import data as data
from kvae.zoo.swiss_roll.csvae import falling


def model(
    dataset,
    latent: Count = 2,
    hidden: tuple[Count, ...] = (128, 128),
    beta_distortion: NonNegative = 40.0,
    beta_z: NonNegative = 0.2,
):
    return kvae.models.VAE(
        kvae.networks.mlp(dataset.shape, 2 * latent, hidden, name="encoder"),
        kvae.networks.mlp(latent, dataset.shape, hidden, name="decoder"),
        likelihood="normal",
        beta=beta_z / beta_distortion,
    )


def training(epochs: Count = 120, batch_size: Count = 128, learning_rate: Positive = 2e-3):
    from keras.optimizers import Adam

    return Training(epochs, batch_size, Adam(learning_rate), falling(epochs))


def search():
    return Search(
        vary={
            "model.beta_distortion": Between(5.0, 80.0, log=True),
            "model.beta_z": Between(0.1, 5.0, log=True),
            "learning_rate": Between(0.0003, 0.003, log=True),
        },
        objectives=(
            Objective("mse", "min", unit=0.001),
            Objective("rate", "min"),
        ),
    )
