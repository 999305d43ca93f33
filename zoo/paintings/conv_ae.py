"""A convolutional autoencoder of paintings, under one of two losses.

Source: "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava):
convolutions on 150×150, once with the cross-entropy as its loss and once with L1, in the manner of the Keras blog's
autoencoders.

Silent in the source, chosen here: the nets of paintings/vae with a code of 100 numbers (the blog's code is a map); losses
are summed over pixels and channels; Adam and schedule of paintings/vae, batch 50, 8 epochs.
Expected (seed 0, the 374 test paintings, 150×150): L1 0.0850 per pixel, mse 0.0137; with the cross-entropy L1 0.0840, mse
0.0130, one seed each. Pictures are blurs of light and dark, with either.
Cost: 8 epochs of 110 to 165 s on one CPU core with TensorFlow, beside other trainings.
Command: kvae train paintings/conv_ae
The other loss: kvae train paintings/conv_ae --set model.loss=cross_entropy
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, Positive, Search
from kvae.zoo.paintings.dense_ae import data as data
from kvae.zoo.paintings.vae import ERROR, decoder, encoder
from kvae.zoo.paintings.vae import training as as_vae

LOSSES = {"l1": ("sigmoid", "laplace"), "cross_entropy": ("linear", "bernoulli")}
"""The decoder's last activation (logits have none), and of which likelihood the loss is −log, up to a constant."""


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    dropout: NonNegative = 0.0,
    loss: Literal["l1", "cross_entropy"] = "l1",
):
    activation, likelihood = LOSSES[loss]
    return kvae.models.Autoencoder(
        encoder(dataset, latent, width),
        decoder(dataset, latent, width, dropout, activation=activation),
        likelihood=likelihood,
    )


def training(epochs: Count = 8, batch_size: Count = 50, learning_rate: Positive = 1e-3):
    return as_vae(epochs, batch_size, learning_rate)


def search():
    return Search(
        vary={
            "model.latent": Between(32, 256, log=True),
            "model.width": Between(16, 64, log=True),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=(ERROR,),
        monitor=None,
    )
