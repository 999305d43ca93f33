"""A fully connected autoencoder of paintings.

Source: "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava), among
its first models: dense layers only, on 150×150, in the manner of the Keras blog's autoencoders.

Silent in the source, chosen here: one hidden layer of 128 units each way and 100 latent units, so that most of its 17
million weights lie between picture and hidden layer; leaky ReLU; outputs through a sigmoid; the L1 error and schedule of
paintings/vae, batch 50, 30 epochs at 5e-3. The encoder gives every pixel mean 0 and variance 1 first: without that what all
paintings have in common drowns what they do not, and the L1 stays above 0.10. It does so with its hidden units too: a step
of Adam moves each by the sum of 67,500 weights, and without it paintings/dense_vae has rates of thousands of nats.
Expected (seed 0, the 374 test paintings, 150×150): L1 0.0882 per pixel, mse 0.0144: where it is light and where dark, and no
things.
Cost: 30 epochs of 15 to 45 s on one CPU core with TensorFlow, beside other trainings.
Command: kvae train paintings/dense_ae
"""

import kvae
from kvae.zoo import Between, Count, Positive, Search
from kvae.zoo.paintings.vae import ARTISTS, ERROR
from kvae.zoo.paintings.vae import training as as_vae


def data(size: Count = 150, artists: tuple[str, ...] = ARTISTS, skip_damaged: bool = False):
    return kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged)


def encoder(dataset, outputs: int, hidden):
    return kvae.networks.mlp(
        dataset.shape,
        outputs,
        hidden,
        "leaky_relu",
        standardize_inputs=True,
        normalization="batch",
        gain=0.1,
        name="encoder",
    )


def decoder(dataset, latent: int, hidden):
    return kvae.networks.mlp(
        latent, dataset.shape, hidden[::-1], "leaky_relu", output_activation="sigmoid", name="decoder"
    )


def model(dataset, latent: Count = 100, hidden: tuple[Count, ...] = (128,)):
    return kvae.models.Autoencoder(
        encoder(dataset, latent, hidden),
        decoder(dataset, latent, hidden),
        likelihood="laplace",
    )


def training(epochs: Count = 30, batch_size: Count = 50, learning_rate: Positive = 5e-3):
    return as_vae(epochs, batch_size, learning_rate)


def search():
    return Search(
        vary={
            "model.latent": Between(32, 256, log=True),
            "learning_rate": Between(0.0005, 0.01, log=True),
        },
        objectives=(ERROR,),
        monitor=None,
    )
