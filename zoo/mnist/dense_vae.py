"""Posterior collapse of a dense VAE of low capacity on MNIST (after Bowman et al. 2016).

Source: "Variational Autoencoder" (project report), its section on model capacity.
    In the source, the posterior of such a network nearly collapses and then recovers. Here it does not recover with the
    source's weight, β = 392. The weight of the rate decides (see mnist/conv_vae), and not the capacity of the network.
    With β = 1 the posterior does not collapse.
Expected: validation images, seed 0
    β    epochs  ELBO (nats)  rate (nats)  active units of 64
    392  10                   0.00003      0
    1    5       −741.1       4.8          10
Cost: about 2.3 minutes on two CPU cores with TensorFlow.
Not in the source:
    - one hidden layer of 256 units in the encoder and one in the decoder
    - all other choices of mnist/conv_vae
Run:
    kvae train mnist/dense_vae
    # the ELBO as the objective (β = 1)
    kvae train mnist/dense_vae --set model.beta=1 --set epochs=5
    # other likelihoods: a continuous Bernoulli, and a σ-VAE
    kvae train mnist/dense_vae --set model.beta=1 --set model.likelihood=continuous_bernoulli
    kvae train mnist/dense_vae --set model.beta=1 --set model.likelihood=optimal_normal
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, ImageLikelihood, Limit, NonNegative, Positive, Training, beta_of

BETA = beta_of(1, values=784, error_scale=2)
"""Weight of the rate, see mnist/conv_vae."""


def data(limit: Limit = None):
    return kvae.data.load("mnist", limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(8, 128, log=True)] = 64,
    hidden: tuple[Count, ...] = (256,),
    likelihood: ImageLikelihood = "normal",
    beta: Annotated[NonNegative, Between(0.25, 800.0, log=True)] = BETA,
):
    px = kvae.distributions.likelihoods.get(likelihood)
    return kvae.models.VAE(
        kvae.networks.mlp(dataset.shape, 2 * latent, hidden, name="encoder"),
        kvae.networks.mlp(latent, px.outputs(dataset.shape), hidden[::-1], name="decoder"),
        likelihood=px,
        beta=beta,
    )


def training(
    epochs: Count = 10,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0003, 0.003, log=True)] = 1e-3,
):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), brighten=True, steps_per_execution=20)
