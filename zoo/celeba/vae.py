"""The base VAE on faces, whose weights start the models of labelled faces.

Source: "Learning latent subspaces in variational autoencoders" (a project report after Klys, Snell and Zemel 2018), section
3.2.1: a VAE with the encoder and decoder of VAE/GAN (Larsen et al. 2016, table 1) on 64×64 faces, trained first.

Silent in the source, chosen here: 128 latent units as in Larsen et al., the Bernoulli cross-entropy, Adam at 1e-3, warmed
up and lowered, batch 64, 12 epochs; a quarter of the published channels (`model.width=1` has all of them).
Expected (seed 0, the 1,000 validation faces): elbo −6,596 (rate 102, distortion 6,494), mse 0.0103, ssim 0.561, 128 active
units.
Cost: 8 minutes on one CPU core with TensorFlow, 40 seconds an epoch.
Command: kvae train celeba/vae
"""

import kvae
from kvae.zoo import Between, Count, NonNegative, Positive, Search, Training


def data(size: Count = 64, skip_damaged: bool = False):
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged)


def model(dataset, latent: Count = 128, width: Positive = 0.25, beta: NonNegative = 1.0):
    return kvae.models.VAE(
        kvae.networks.larsen_encoder(dataset.shape, 2 * latent, round(64 * width), name="encoder"),
        kvae.networks.larsen_decoder(latent, dataset.shape, round(64 * width), name="decoder"),
        likelihood="bernoulli",
        beta=beta,
    )


def training(epochs: Count = 12, batch_size: Count = 64, learning_rate: Positive = 1e-3):
    import keras

    optimizer, cycle = keras.optimizers.Adam(learning_rate), kvae.training.schedules.OneCycle(epochs)
    return Training(epochs, batch_size, optimizer, learning_rate_schedule=cycle, images_every=5)


def search():
    return Search(
        vary={
            "model.beta": Between(0.25, 8.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "model.width": Between(0.125, 0.5, log=True),
            "learning_rate": Between(0.0002, 0.003, log=True),
        }
    )
