"""VAE on binarized MNIST (Kingma and Welling 2014), the baseline of the other recipes of this data set.

Source: none for these settings. Tomczak and Welling (2018, Table 1) report −log p(x) of 88.56 nats for a VAE with a standard
    normal prior, with gated networks of the same size.
Expected: −log p(x) of 89.51 ± 0.23 nats on the 10,000 test images, with 5,000 samples each.
    Validation ELBO −96.42 nats. Seed 0, on JAX.
Cost: 10 minutes on one CPU core with JAX, without validation.
Not in the source:
    - all settings: two hidden layers of 300 units in the encoder and in the decoder, 40 latent units
    - 200 epochs in batches of 100 (100,000 updates), β from 0 to 1 in the first 20
    - Adam, whose learning rate falls from 5e-4 to 1e-5 by half a cosine
Run:
    kvae train binarized_mnist/vae --backend jax
    kvae evaluate runs/binarized_mnist/vae --backend jax --metric nll --samples 5000
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, Positive, Training
from kvae.zoo.binarized_mnist._shared import decoder, encoder


def data(limit: Limit = None):
    return kvae.data.load("binarized_mnist", limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(10, 100, log=True)] = 40,
):
    return kvae.models.VAE(
        encoder(dataset, 2 * latent),
        decoder(dataset, latent),
        likelihood="bernoulli",
        beta=0.0,  # the schedule in training() sets it, so it is not a parameter of the model
    )


def training(
    epochs: Count = 200,
    batch_size: Count = 100,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 5e-4,
    warm_up: Count = 20,  # epochs in which β rises from 0 to 1
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.Cosine(1.0, 0.02, length=epochs),
        anneal={"beta": kvae.training.schedules.Linear(0.0, 1.0, length=warm_up)},
        images_every=50,
        steps_per_execution=20,
    )
