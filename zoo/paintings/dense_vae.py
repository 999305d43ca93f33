"""A fully connected VAE of paintings.

Source: "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava), the
first of its models that worked: dense layers only, on 150×150, in the manner of the Keras blog's autoencoders.

Silent in the source, chosen here: nets and training of paintings/dense_ae; the loss of paintings/vae, 1000 · L1 + KL, both
of which are means: a β of 0.675 beside a Laplace likelihood of scale 1.
Expected (seed 0, the 374 test paintings, 150×150): L1 0.0884 per pixel, mse 0.0144, rate 203 nats, 100 active units; samples
.55 as far apart as paintings: skies and grounds without things.
Cost: 30 epochs of 15 to 45 s on one CPU core with TensorFlow, beside other trainings.
Command: kvae train paintings/dense_vae
"""

import kvae
from kvae.zoo import Between, Count, Positive, Search
from kvae.zoo.paintings.dense_ae import data as data
from kvae.zoo.paintings.dense_ae import decoder, encoder
from kvae.zoo.paintings.dense_ae import training as training
from kvae.zoo.paintings.vae import ERROR_AND_RATE, l1_weight


def model(dataset, latent: Count = 100, hidden: tuple[Count, ...] = (128,), weight_l1: Positive = 1000.0):
    return kvae.models.VAE(
        encoder(dataset, 2 * latent, hidden),
        decoder(dataset, latent, hidden),
        likelihood="laplace",
        beta=1 / l1_weight(dataset, latent, weight_l1),
    )


def search():
    return Search(
        vary={
            "model.weight_l1": Between(100.0, 5000.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "learning_rate": Between(0.0005, 0.01, log=True),
        },
        objectives=ERROR_AND_RATE,
        monitor=None,
    )
