"""Networks and training that the recipes on binarized MNIST share: they differ in the posterior or the prior alone."""

import numpy as np

import kvae
from kvae.zoo import Training

HIDDEN = (300, 300)
"""Widths of the hidden layers of the encoder, and of the decoder."""


def encoder(dataset, outputs: int):
    return kvae.networks.mlp(dataset.shape, outputs, HIDDEN, name="encoder")


def decoder(dataset, latent: int):
    """Return the decoder. The biases of its outputs start at the logits of the mean training image."""
    net = kvae.networks.mlp(latent, dataset.shape, HIDDEN, name="decoder")
    mean = np.clip(dataset.train.x.mean(axis=0), 0.001, 0.999)
    *_, output, _ = net.layers  # a linear layer, and its reshaping
    output.bias.assign(np.log(mean / (1 - mean)).ravel())
    return net


def schedule(epochs: int, batch_size: int, learning_rate: float, warm_up: int) -> Training:
    """Return the training: β rises from 0 to 1 in `warm_up` epochs, and the learning rate falls by half a cosine."""
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.Cosine(1.0, 0.02, length=epochs),
        anneal={"beta": kvae.training.schedules.Linear(0.0, 1.0, length=warm_up)},
        images_every=50,
    )
