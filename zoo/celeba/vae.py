"""VAE on faces with the networks of VAE/GAN (Larsen et al. 2016): the warm start of models of labelled faces.

Source: "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018),
    section 3.2.1. The report first trains a VAE with the encoder and decoder of VAE/GAN (Larsen et al. 2016, table 1) on
    64×64 faces.
Expected: the 1,000 validation faces, seed 0
    ELBO (nats)  rate  distortion  MSE     SSIM   active units
    −6,596       102   6,494       0.0103  0.561  128
Cost: 8 minutes on one CPU core with TensorFlow, 40 s per epoch.
Not in the source:
    - 128 latent units, as in Larsen et al.
    - the Bernoulli cross-entropy
    - Adam with a one-cycle schedule up to 1e-3, batches of 64, 12 epochs
    - 16 channels in the first convolution, a quarter of all published widths (model.width=64 is published)
Run:
    kvae train celeba/vae
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Positive, Training, Width


def data(size: Count = 64, validation: Limit = None, skip_damaged: bool = False, limit: Limit = None):
    """Load faces. `validation` training faces replace the validation split, which becomes the test split."""
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged, limit=limit).with_test(validation)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 128,
    width: Annotated[Width, Between(8, 32, log=True)] = 16,
    beta: Annotated[NonNegative, Between(0.25, 8.0, log=True)] = 1.0,
):
    return kvae.models.VAE(
        kvae.networks.larsen_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        kvae.networks.larsen_decoder(latent, dataset.shape, width, name="decoder"),
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 12,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0002, 0.003, log=True)] = 1e-3,
    patience: Limit = None,  # epochs without a better one after which training stops; the best is then kept
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.OneCycle(epochs),
        images_every=5,
        best_epoch=kvae.training.BestEpoch("val_elbo", "max", patience) if patience else None,
    )
