"""Posterior collapse of a convolutional VAE on MNIST (after Bowman et al. 2016).

The source averages the squared error over the pixels and sums the KL over the latent units. The KL then weighs so much
that the model stops using its latent code.

Source: "Variational Autoencoder" (project report), an analysis of posterior collapse after Bowman et al. 2016.
    It minimises mean_pixels (x − x̂)² + 1 · KL. With x ~ N(x̂, 1), the distortion in nats is ½ Σ_pixels (x − x̂)² plus a
    constant. The loss of the source therefore has the same minimum as distortion + β · rate with β = 784 / 2 = 392.
    The variance of MNIST, summed over the pixels, is about 53. The latent code can thus lower the distortion by at most 26
    nats. With β = 392 this pays for less than a tenth of one nat of rate.
    A latent unit stays active while β is below the variance that it explains. The largest eigenvalue of MNIST's
    covariance is 5.1.
Expected: validation images, seed 0
    β    epochs  ELBO (nats)  rate (nats)  active units of 64
    392  10                   0.016        0
    1    5       −740.8       5.8          44
    With β = 392 every sample is the mean digit.
Cost: 12 to 14 minutes on two CPU cores with TensorFlow, while another training ran.
Not in the source:
    - the networks, which are like DCGAN's with 16-32-64 channels
    - 64 latent units
    - Adam at 1e-3 for 10 epochs
    - the last 5,000 training images for validation
Run:
    kvae train mnist/conv_vae
    # the ELBO as the objective (β = 1)
    kvae train mnist/conv_vae --set model.beta=1 --set epochs=5
    # other likelihoods: a continuous Bernoulli, and a σ-VAE (not measured)
    kvae train mnist/conv_vae --set model.beta=1 --set model.likelihood=continuous_bernoulli
    kvae train mnist/conv_vae --set model.beta=1 --set model.likelihood=optimal_normal
"""

from typing import Annotated

import kvae
from kvae.zoo import (
    Between,
    Count,
    ImageLikelihood,
    Limit,
    NonNegative,
    OneOf,
    Positive,
    Training,
    Upsampling,
    beta_of,
)

BETA = beta_of(1, values=784, error_scale=2)
"""Weight of the rate: the source weighs the KL by 1 against a mean of squared errors over 784 pixels."""


def data(limit: Limit = None):
    return kvae.data.load("mnist", limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(8, 128, log=True)] = 64,
    width: Annotated[Count, Between(8, 32, log=True)] = 16,
    upsampling: Annotated[Upsampling, OneOf("deconv", "nearest", "bilinear")] = "deconv",
    likelihood: ImageLikelihood = "normal",
    beta: Annotated[NonNegative, Between(0.25, 800.0, log=True)] = BETA,
):
    px = kvae.distributions.likelihoods.get(likelihood)
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(latent, px.outputs(dataset.shape), width, upsampling=upsampling, name="decoder"),
        likelihood=px,
        beta=beta,
    )


def training(
    epochs: Count = 10,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0003, 0.003, log=True)] = 1e-3,
):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate), brighten=True)
