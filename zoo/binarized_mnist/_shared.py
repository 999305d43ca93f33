"""Networks that the recipes on binarized MNIST share. The recipes differ only in the posterior or the prior."""

import numpy as np

import kvae

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
