"""KL annealing of a convolutional VAE on MNIST (Bowman et al. 2016, section 3.1).

The weight of the KL is 0 at first and then rises slowly.

Source: "Variational Autoencoder" (project report), its section on annealing, after Bowman et al. 2016, section 3.1.
    β rises linearly from 0 towards the 392 of mnist/conv_vae.
    It must stay far below 392. Above β ≈ 5 no latent unit lowers the distortion by as much as its rate costs, with or
    without annealing. What matters is therefore that β rises slowly: in the tenth epoch it is 1.6, a weight of 0.004 in
    the source's units. The final model is that of this weight.
Expected: validation images, seed 0 (in brackets: mnist/conv_vae)
    β in the tenth epoch  ELBO (nats)  rate (nats)  active units of 64  MSE per pixel
    1.6                                4.2          13 (0)              0.030 (0.088)
    With five epochs and β = 1 from the fourth epoch on, the ELBO is −741.0, the rate 6.0, and 32 units are active.
Cost: 5 minutes on one CPU core with TensorFlow.
Not in the source:
    - the start of the rise (after 3 epochs) and its slope (1,500 epochs from 0 to 392)
    - all choices of mnist/conv_vae
Run:
    kvae train mnist/conv_vae_annealed
    # the ELBO as the objective of the last two epochs (β = 1)
    kvae train mnist/conv_vae_annealed --set beta=1 --set delay=1 --set length=2 --set epochs=5
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Positive, Training, Upsampling, beta_of

BETA = beta_of(1, values=784, error_scale=2)
"""Weight of the rate at the end of the rise, see mnist/conv_vae."""


def data(limit: Limit = None):
    return kvae.data.load("mnist", limit=limit)


def model(
    dataset,
    latent: Annotated[Count, Between(8, 128, log=True)] = 64,
    width: Count = 16,
    upsampling: Upsampling = "deconv",
):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.conv_decoder(latent, dataset.shape, width, upsampling=upsampling, name="decoder"),
        likelihood="normal",
        beta=0.0,  # the schedule in training() sets it, so it is not a parameter of the model
    )


def training(
    epochs: Count = 10,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0003, 0.003, log=True)] = 1e-3,
    beta: Annotated[NonNegative, Between(0.25, 800.0, log=True)] = BETA,
    delay: Annotated[NonNegative, Between(0.0, 6.0)] = 3.0,
    length: Annotated[NonNegative, Between(1.0, 1500.0, log=True)] = 1500.0,
):
    """Return a training in which β is 0 for `delay` epochs and then rises linearly, to reach `beta` after `length` more."""
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        anneal={"beta": kvae.training.schedules.Linear(0.0, beta, length, delay)},
        brighten=True,
    )
