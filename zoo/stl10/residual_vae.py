"""A residual VAE on STL-10, for latent arithmetic (unmeasured).

Source: "Using variational autoencoders as generative models" (anonymous): 64×64, training and unlabelled pictures, residual
blocks that skip a convolution, two batch norms and a non-linearity, nearest up-sampling, batch 64, 100 epochs, 4e-4 falling
linearly, binary cross-entropy + 0.01 · KL. Pictures of horses with wings, and no figure.

Silent in the source, chosen here: 32-64-128-256 channels, one block at every size, 256 latent units, Adam. Over what its
cross-entropy and its KL are averaged is not said: with both summed, its weight is a β of 0.01, with the first a mean over
pixels and channels one of 0.01 · D (122.9 at 64×64). The recipe takes the ELBO, β = 1, between the two.
Expected: no figure yet.
Cost: not measured.
Command: kvae train stl10/residual_vae
"""

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, OneOf, Positive, Search, Training


def data(size: Count = 64, unlabelled: bool = True):
    return kvae.data.load("stl10", size=size, unlabelled=unlabelled)


def model(dataset, latent: Count = 256, width: Count = 32, depth: Count = 1, beta: NonNegative = 1.0):
    return kvae.models.VAE(
        kvae.networks.residual_encoder(dataset.shape, 2 * latent, width, depth, name="encoder"),
        kvae.networks.residual_decoder(latent, dataset.shape, width, depth, name="decoder"),
        likelihood="bernoulli",
        beta=beta,
    )


def training(epochs: Count = 100, batch_size: Count = 64, learning_rate: Positive = 4e-4):
    import keras

    falling = kvae.training.schedules.Linear(1.0, 1.0 / epochs, length=epochs - 1)
    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), learning_rate=falling, pictures_every=10)


def search():
    return Search(
        vary={
            "model.beta": Between(0.01, 4.0, log=True),
            "model.latent": Between(32, 512, log=True),
            "model.width": Between(16, 64, log=True),
            "model.depth": OneOf(1, 2, 3),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=(
            Objective("mse", "min", unit=0.001, metric="reconstruction"),
            Objective("rate", "min", unit=10.0, metric="elbo"),
        ),
    )
