"""The conditional subspace VAE on the swiss roll: what the label says goes into w, and nothing of it into z.

Source: "Learning latent subspaces in variational autoencoders" (a project report after Klys, Snell and Zemel 2018), section
3.1: 10,000 points for training and 10,000 for testing, a binary label that the coordinates decide, z and w of two units
each, and an adversary that guesses the label from z.

Silent in the source, chosen here: the label (first coordinate ≥ 10, along the roll, 14 % positive; data.label=height is
the other), nets of 64-64 units, Adam at 1e-3, batch 128, 120 epochs, and the weights. Two public re-implementations use β
= 20, 1, 0.2, 10, 1, at which the label leaks into z. information=base_rate pulls the adversary's answers to the label's
frequency in place of one half.
Expected (seed 0, 10,000 test points): divergence between the labels' codes 1.03 nats in z, 9.9 in w; ROC AUC of a fresh
classifier 0.75 from z, 1.00 from w. With information=base_rate: 0.06 and 7.8 nats, 0.58 and 1.00; without adversary 0.06
and 9.8, 0.58 and 1.00.
Cost: half a minute on two CPU cores with JAX.
Command: kvae train swiss_roll/csvae --backend jax
"""

from typing import Literal

import kvae
from kvae.zoo import Count, NonNegative, Positive, Training


def data(label: Literal["first", "height"] = "first", n: Count = 10_000):
    return kvae.data.load("swiss_roll", label=label, n=n)


def model(
    dataset,
    hidden: tuple[Count, ...] = (64, 64),
    beta_distortion: NonNegative = 20.0,
    beta_w: NonNegative = 1.0,
    beta_z: NonNegative = 1.0,
    beta_information: NonNegative = 20.0,
    information: Literal["entropy", "base_rate"] = "entropy",
    adversary: bool = True,
):
    mlp, units_z, units_w = kvae.networks.mlp, 2, 2
    return kvae.models.CSVAE(
        encoder=mlp(dataset.shape, 2 * units_z, hidden, name="encoder"),
        label_encoder=mlp(dataset.shape, 2 * units_w, hidden, labels=1, name="label_encoder"),
        label_prior=mlp(1, 2 * units_w, hidden, name="label_prior"),
        decoder=mlp(units_z + units_w, dataset.shape, hidden, name="decoder"),
        adversary=mlp(units_z, 1, hidden, name="adversary") if adversary else None,
        labels=kvae.distributions.BinaryLabels(1),
        likelihood="normal",
        beta_distortion=beta_distortion,
        beta_w=beta_w,
        beta_z=beta_z,
        beta_information=beta_information,
        base_rate=[float(dataset.train.y.mean())] if information == "base_rate" else None,
    )


def training(epochs: Count = 120, batch_size: Count = 128, learning_rate: Positive = 1e-3):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), labels=True)
