"""VAE with a VampPrior on binarized MNIST (Tomczak and Welling 2018).

Source: Tomczak and Welling 2018, "VAE with a VampPrior". Table 1 has −log p(x) of 85.57 nats for one layer of latent units,
    with gated networks; pythae's rerun has 85.79.
Expected: not measured yet.
Cost: not measured yet.
Not in the source:
    - 500 pseudo-inputs, as in the paper
    - all else as in binarized_mnist/vae
    - Adam at 5e-4 that falls by half a cosine, batches of 100, β from 0 to 1 in the first epochs
Run:
    kvae train binarized_mnist/vae_vamp_prior --backend jax
    kvae evaluate runs/binarized_mnist/vae_vamp_prior --backend jax --metric nll --samples 5000
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Positive
from kvae.zoo.binarized_mnist._shared import decoder, encoder, schedule


def data():
    return kvae.data.load("binarized_mnist")


def model(
    dataset,
    latent: Annotated[Count, Between(10, 100, log=True)] = 40,
    components: Annotated[Count, Between(10, 500, log=True)] = 500,
):
    return kvae.models.VAE(
        encoder(dataset, 2 * latent),
        decoder(dataset, latent),
        likelihood="bernoulli",
        prior=kvae.distributions.VampPrior(dataset.shape, components),
        beta=0.0,  # the schedule in training() sets it, so it is not a parameter of the model
    )


def training(
    epochs: Count = 300,
    batch_size: Count = 100,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 5e-4,
    warm_up: Count = 50,
):
    return schedule(epochs, batch_size, learning_rate, warm_up)
