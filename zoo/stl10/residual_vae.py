"""A residual VAE on STL-10, for latent arithmetic (unmeasured).

Source: "Using variational autoencoders as generative models" (anonymous): 64×64, training and unlabelled pictures, residual
blocks that skip a convolution, two batch norms and a non-linearity, nearest up-sampling, batch 64, 100 epochs, 4e-4 falling
linearly, binary cross-entropy + 0.01 · KL. Pictures of horses with wings, and no figure.

Silent in the source, chosen here: 32-64-128-256 channels, one block at every size, 256 latent units, Adam. Over what its
cross-entropy and its KL are averaged is not said. Here both are means over their D pixels and channels, or L latent units,
as deep-learning libraries have them by default: in nats, β = `kl_weight` · D / L, 0.48 at 64×64. With both summed it would
be 0.01, with the first alone a mean 122.9.
Expected: no figure yet.
Cost: not measured.
Command: kvae train stl10/residual_vae
"""

import math

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, OneOf, Positive, Search, Training


def data(size: Count = 64, unlabelled: bool = True):
    return kvae.data.load("stl10", size=size, unlabelled=unlabelled)


def model(dataset, latent: Count = 256, width: Count = 32, depth: Count = 1, kl_weight: NonNegative = 0.01):
    return kvae.models.VAE(
        kvae.networks.residual_encoder(dataset.shape, 2 * latent, width, depth, name="encoder"),
        kvae.networks.residual_decoder(latent, dataset.shape, width, depth, name="decoder"),
        likelihood="bernoulli",
        beta=beta(dataset, latent, kl_weight),
    )


def beta(dataset, latent: int, kl_weight: float) -> float:
    """The β for sums in nats that equals `kl_weight` for a KL averaged over L units beside an error averaged over D."""
    return kl_weight * math.prod(dataset.shape) / latent


def training(epochs: Count = 100, batch_size: Count = 64, learning_rate: Positive = 4e-4):
    import keras

    falling = kvae.training.schedules.Linear(1.0, 1.0 / epochs, length=epochs - 1)
    return Training(
        epochs, batch_size, keras.optimizers.Adam(learning_rate), learning_rate_schedule=falling, images_every=10
    )


def search():
    return Search(
        vary={
            "model.kl_weight": Between(0.0002, 0.1, log=True),
            "model.latent": Between(32, 512, log=True),
            "model.width": Between(16, 64, log=True),
            "model.depth": OneOf(1, 2, 3),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=(
            Objective("mse", "min", unit=0.001),
            Objective("rate", "min", unit=10.0),
        ),
    )
