"""The conditional subspace VAE on the swiss roll without its adversary: nothing keeps the label out of z.

Source: "Learning latent subspaces in variational autoencoders" (a project report after Klys, Snell and Zemel 2018), section
3.1, figure 2: the ablation of swiss_roll/csvae, whose settings these are.

Silent in the source, chosen here: as in swiss_roll/csvae.
Expected (seeds 0 to 4, 10,000 test points, mean and range): divergence between the labels' codes 0.40 (0.02 to 0.69)
nats in z, 10 in w; ROC AUC of a fresh classifier 0.65 (0.52 to 0.74) from z, 1.00 from w; mse 0.0003.
Cost: 30 seconds on one CPU core with JAX.
Command: kvae train swiss_roll/csvae_no_adversary --backend jax
"""

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.swiss_roll.csvae import data as data
from kvae.zoo.swiss_roll.csvae import falling, nets


def model(
    dataset,
    hidden: tuple[Count, ...] = (128, 128),
    beta_distortion: NonNegative = 40.0,
    beta_w: NonNegative = 0.8,
    beta_z: NonNegative = 0.2,
):
    return kvae.models.CSVAE(
        **nets(dataset, hidden),
        adversary=None,
        labels=kvae.distributions.BinaryLabels(1),
        likelihood="normal",
        beta_distortion=beta_distortion,
        beta_w=beta_w,
        beta_z=beta_z,
    )


def training(epochs: Count = 150, batch_size: Count = 128, learning_rate: Positive = 2e-3):
    from keras.optimizers import Adam

    return Training(epochs, batch_size, Adam(learning_rate, beta_1=0.5), falling(epochs))


def search():
    return Search(
        vary={
            "model.beta_distortion": Between(5.0, 80.0, log=True),
            "model.beta_w": Between(0.1, 5.0, log=True),
            "model.beta_z": Between(0.1, 5.0, log=True),
        },
        objectives=(
            Objective("leakage.z", "min", unit=0.01, enough=0.5),
            Objective("mse", "min", unit=0.001),
        ),
        monitor=None,  # a trial that leaks may have the best ELBO
    )
