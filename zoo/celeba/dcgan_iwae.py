"""IWAE on faces (Burda et al. 2016) with the networks of celeba/dcgan_vae.

Source: "Experimenting With Variational Auto Encoders" (M. Davari), section 3.1, after Burda et al. 2016.
    The IWAE has K = 5 samples and transposed convolutions. All else is as in celeba/dcgan_vae. The report finds a slightly
    lower training loss and a lower average validation loss than those of the VAE. These losses are different bounds: that
    of more samples is lower for the same model. −log p(x) from 2,000 samples compares both models by the same bound.
Expected: the 1,000 validation faces, epochs=10, −log p(x) in nats from 2,000 samples
    seed 0  seed 1  seed 2  bits per pixel  checkerboard
    6,595   6,604   6,599   2.32            1.81 to 2.06
    On average over the seeds −log p(x) is 7.8 nats lower than that of celeba/dcgan_vae, with a standard error of 5.2.
Cost: 75 s per epoch on two CPU cores with TensorFlow. The likelihood takes 13 minutes more.
Not in the source:
    - all choices of celeba/dcgan_vae
    - the option model.doubly_reparameterized, the gradient of Tucker et al. 2019
Run:
    kvae train celeba/dcgan_iwae
    # comparison with the VAE
    kvae train celeba/dcgan_vae
    kvae compare runs/celeba/dcgan_vae runs/celeba/dcgan_iwae
    # the number of epochs of the table, and −log p(x)
    kvae train celeba/dcgan_iwae --set epochs=10 --out runs/celeba/iwae_ten_epochs
    kvae evaluate runs/celeba/iwae_ten_epochs --metric nll --samples 2000
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, ImageLikelihood, Limit, Objective, OneOf, Positive, Search, Training, Upsampling


def data(size: Count = 64, validation: Limit = None, skip_damaged: bool = False, limit: Limit = None):
    """Load faces. `validation` training faces replace the validation split, which becomes the test split."""
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged, limit=limit).with_test(validation)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    upsampling: Annotated[Upsampling, OneOf("deconv", "nearest", "bilinear")] = "deconv",
    likelihood: ImageLikelihood = "bernoulli",
    samples: Count = 5,
    doubly_reparameterized: bool = False,
):
    networks, px = kvae.networks, kvae.distributions.likelihoods.get(likelihood)
    return kvae.models.IWAE(
        networks.conv_encoder(dataset.shape, 2 * latent, width, momentum=0.9, name="encoder"),
        networks.conv_decoder(
            latent, px.outputs(dataset.shape), width, upsampling=upsampling, momentum=0.9, name="decoder"
        ),
        likelihood=px,
        samples=samples,
        doubly_reparameterized=doubly_reparameterized,
    )


def training(
    epochs: Count = 20,
    batch_size: Count = 128,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 2e-4,
    patience: Limit = None,  # epochs without a better one after which training stops; the best is then kept
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5),
        images_every=5,
        best_epoch=kvae.training.BestEpoch("val_loss", patience=patience) if patience else None,
    )


def search():
    return Search(objectives=(Objective("nll", "min"),), options={"nll": {"samples": 50}})
