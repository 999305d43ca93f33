"""Regularized autoencoder on MNIST (Ghosh et al. 2020), with an L2 or a gradient penalty on the decoder.

Source: "From variational to deterministic autoencoders" (Ghosh, Sajjadi, Vergari, Black and Schölkopf 2020), and the
    authors' code.
    16 latent units, 4×4 convolutions with batch norm, sigmoid outputs, Adam at 5e-4, batches of 100, 100 epochs.
    The code minimises the mean squared error over 32×32 pixels + 1e-4 · mean z² + 1e-7 · Σ θ² (model.regularizer=l2) or
    + 0.5e-7 · mean (∂|D(z)|²/∂z)² (gp). The squared error of the likelihood is half the sum over the pixels. Times
    1,024 / 2, the weights are β = 1,024 · 1e-4 / 16 = 0.0064, and λ = 5.1e-5 (l2) or 1.6e-6 (gp).
    The Fréchet distance of 10,000 samples from a Gaussian mixture of ten components, with Inception features, is 8.69
    (l2) and 11.54 (gp) according to the code.
Expected: not measured
    The model has no prior. Samples are drawn from a density that is fitted to the codes.
Cost: not measured
Not in the source:
    - 28×28 pixels, and networks of mnist/conv_vae with 16-32-64 channels. The authors' have 128-256-512-1024.
    - the gradient penalty is that of the paper, |∂D(z)/∂z|², estimated with one random projection of the image. The
      authors' code differentiates the sum of the squares of the image.
    - the L2 penalty covers all trainable weights of the decoder, and in the authors' code the kernels of its convolutions
    - a cosine schedule of the learning rate, in place of halving it when the validation loss stops falling
    - the last 5,000 training images for validation
Run:
    kvae train mnist/rae
    # gradient penalty
    kvae train mnist/rae --set model.regularizer=gp
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training, Upsampling

REGULARIZATION = {"l2": 512 * 1e-7, "gp": 512 * 0.5e-7 / 16}
"""λ of each regularizer in the authors' code, for a distortion in nats."""


def data(limit: Limit = None):
    return kvae.data.load("mnist", limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(8, 64, log=True)] = 16,
    width: Annotated[Count, Between(8, 32, log=True)] = 16,
    upsampling: Upsampling = "deconv",
    regularizer: Literal["l2", "gp"] = "l2",
    beta: Annotated[NonNegative, Between(1e-4, 1.0, log=True)] = 0.0064,
    regularization: NonNegative | None = None,  # by default that of the source for the regularizer
):
    decoder = kvae.networks.conv_decoder(
        latent, dataset.shape, width, upsampling=upsampling, activation="sigmoid", name="decoder"
    )
    return kvae.models.RAE(
        kvae.networks.conv_encoder(dataset.shape, latent, width, name="encoder"),
        decoder,
        likelihood="normal",
        regularizer=regularizer,
        beta=beta,
        regularization=REGULARIZATION[regularizer] if regularization is None else regularization,
    )


def training(
    epochs: Count = 100,
    batch_size: Count = 100,
    learning_rate: Annotated[Positive, Between(0.0001, 0.003, log=True)] = 5e-4,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.Cosine(1.0, 0.0, epochs),
        brighten=True,
        images_every=10,
    )


def search():
    return Search(objectives=(Objective("mse", "min", unit=0.001),), monitor=None)  # the model has no ELBO
