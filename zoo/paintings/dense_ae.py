"""A fully connected autoencoder of paintings (unmeasured).

Source: "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava), among
its first models: dense layers only, on 150×150, in the manner of the Keras blog's autoencoders.

Silent in the source, chosen here: one hidden layer of 128 units each way and 100 latent units, so that most of its 17
million weights lie between picture and hidden layer; outputs through a sigmoid; the L1 error and schedule of paintings/vae,
batch 50, 50 epochs.
Expected: no figure yet.
Cost: not measured.
Command: kvae train paintings/dense_ae
"""

import kvae
from kvae.zoo import Between, Count, Positive, Search
from kvae.zoo.paintings.vae import ARTISTS, ERROR
from kvae.zoo.paintings.vae import training as as_vae


def data(size: Count = 150, artists: tuple[str, ...] = ARTISTS, skip_damaged: bool = False):
    return kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged)


def model(dataset, latent: Count = 100, hidden: tuple[Count, ...] = (128,)):
    return kvae.models.Autoencoder(
        kvae.networks.mlp(dataset.shape, latent, hidden, name="encoder"),
        kvae.networks.mlp(latent, dataset.shape, hidden[::-1], output_activation="sigmoid", name="decoder"),
        likelihood="laplace",
    )


def training(epochs: Count = 50, batch_size: Count = 50, learning_rate: Positive = 1e-3):
    return as_vae(epochs, batch_size, learning_rate)


def search():
    return Search(
        vary={
            "model.latent": Between(32, 256, log=True),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=(ERROR,),
        monitor=None,
    )
