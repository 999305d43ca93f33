"""Small recipe with all that has a state or a schedule: batch norm, annealing, decay, and random transforms and crops.

Source: none. `test_resume.py` kills and resumes its training.
"""

import kvae
from kvae.zoo import Training


def data():
    return kvae.data.load("digits")


def model(dataset, latent: int = 4):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width=4),
        kvae.networks.conv_decoder(latent, dataset.shape, width=4),
    )


def training(epochs: int = 40):
    import keras

    return Training(
        epochs,
        batch_size=256,
        optimizer=keras.optimizers.Adam(1e-2),
        learning_rate_schedule=kvae.training.schedules.Cosine(1.0, 0.1, length=epochs),
        anneal={"beta": kvae.training.schedules.Cyclical(0.0, 1.0, period=7)},
        transform=lambda x, rng: (rng.random(x.shape) < x).astype("float32"),
        augment=kvae.data.Jitter(),
        images_every=10,
    )
