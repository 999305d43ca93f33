"""VAE/GAN on faces (Larsen et al. 2016), whose error is measured in the features of a discriminator.

Source: "Autoencoding beyond pixels using a learned similarity metric" (Larsen et al. 2016).
    The paper has 64×64 faces, 128 latent units, RMSprop at 3e-4, batches of 64, an equilibrium of 0.68 with a margin of
    0.35, and γ = 1e-6. "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel
    2018) takes its networks from this paper. The report has no metrics for VAE/GAN.
Expected: warm start from celeba/vae, the 1,000 validation faces, seed 0
    share of images in which celeba/attribute_classifier finds the attribute that they were generated with
    attribute     samples  samples, epochs=12  reconstructions
    Wearing_Hat   0.55     0.11                0.53
    Eyeglasses    0.81     0.44                0.72
    Smiling       0.37     0.17                0.95
    Male          0.86     0.96                0.88
    Heavy_Makeup  0.21     0.01                0.81
    MSE 0.0183. The mean distance between samples is 0.93 of that between faces. Reconstructions are sharp. Samples look
    like painted faces, some of them distorted. Samples that were drawn with Smiling or Heavy_Makeup show it less often
    than the average face does.
Cost: an hour on one CPU core with TensorFlow, 140 to 200 s per epoch, and 8 minutes for celeba/vae.
Not in the source:
    - 16 channels in the first convolution, a quarter of all published widths
    - all three networks receive nineteen attributes
    - the warm start from celeba/vae
    - γ = 0.01, so that 24 epochs of 9,000 faces suffice for the decoder to learn to reconstruct
    - the non-saturating generator loss
Run:
    kvae train celeba/vae
    kvae train celeba/vae_gan --warm-start runs/celeba/vae
    # γ and generator loss of algorithm 1
    kvae train celeba/vae_gan --warm-start runs/celeba/vae --set model.gamma=1e-6 --set model.saturating=true
    # averaged weights, R1 or spectral normalisation of the discriminator, no transposed convolutions, clipped labels
    kvae train celeba/vae_gan --warm-start runs/celeba/vae --set model.averaging=0.999
    kvae train celeba/vae_gan --warm-start runs/celeba/vae --set model.r1=10
    kvae train celeba/vae_gan --warm-start runs/celeba/vae --set model.discriminator_normalization=spectral
    kvae train celeba/vae_gan --warm-start runs/celeba/vae --set model.upsampling=nearest
    kvae train celeba/vae_gan --warm-start runs/celeba/vae --set model.label_limit=3
    # accuracy of the attributes
    kvae evaluate runs/celeba/vae_gan --metric attributes --classifier celeba/attribute_classifier
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training, Upsampling, Width
from kvae.zoo.celeba._shared import ATTRIBUTES


def data(
    size: Count = 64,
    attributes: tuple[str, ...] = ATTRIBUTES,
    validation: Limit = None,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load faces. `validation` training faces replace the validation split, which becomes the test split."""
    faces = kvae.data.load("celeba", size=size, attributes=attributes, skip_damaged=skip_damaged, limit=limit)
    return faces.with_test(validation)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 128,
    width: Annotated[Width, Between(8, 32, log=True)] = 16,
    gamma: Annotated[NonNegative, Between(1e-6, 1.0, log=True)] = 0.01,
    level: Annotated[Positive, Between(0.5, 1.0)] = 0.68,
    margin: Annotated[Positive, Between(0.1, 0.5)] = 0.35,
    saturating: bool = False,
    upsampling: Upsampling = "deconv",
    discriminator_normalization: Literal["batch", "spectral"] = "batch",
    r1: NonNegative = 0.0,
    averaging: Positive | None = None,
    label_limit: Positive | None = None,
):
    networks, count = kvae.networks, len(dataset.label_names)
    rates = dataset.train.y.mean(axis=0).tolist()
    return kvae.models.VAEGAN(
        networks.larsen_encoder(dataset.shape, 2 * latent, width, label_units=count, name="encoder"),
        networks.larsen_decoder(
            latent + count,
            dataset.shape,
            width,
            label_rates=rates,
            label_limit=label_limit,
            upsampling=upsampling,
            name="decoder",
        ),
        networks.larsen_discriminator(
            dataset.shape,
            width,
            label_units=count,
            normalization=discriminator_normalization,
            name="discriminator",
        ),
        labels=kvae.distributions.BinaryLabels(count),
        gamma=gamma,
        level=level,
        margin=margin,
        saturating=saturating,
        r1=r1,
        averaging=averaging,
    )


def training(
    epochs: Count = 24,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0001, 0.001, log=True)] = 3e-4,
    patience: Limit = None,  # epochs without a better one after which training stops; the best is then kept
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.RMSprop(learning_rate),
        images_every=5,
        features="celeba/attribute_classifier" if patience else None,
        best_epoch=kvae.training.BestEpoch("val_kernel", patience=patience) if patience else None,
    )


def search():
    return Search(
        objectives=(Objective("mse", "min", unit=0.001), Objective("diversity.prior", "max", unit=0.1)),
        monitor=None,  # no loss of an adversarial training measures its progress
    )
