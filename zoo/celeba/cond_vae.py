"""Conditional VAE on faces: encoder and decoder receive nineteen attributes (Larsen et al. 2016).

Source: "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018),
    section 3.2.1, with the networks of VAE/GAN (Larsen et al. 2016).
Expected: share of images in which a classifier finds the requested attribute, 1,000 validation faces, seed 0
    attribute     samples, source  samples  transfer
    Wearing_Hat   0.256            0.316    0.044
    Eyeglasses    0.364            0.494    0.192
    Smiling       0.877            0.950    0.770
    Male          0.754            0.814    0.118
    Heavy_Makeup  0.625            0.863    0.225
    Samples are drawn with the attribute. For transfer, faces without the attribute are decoded with it. The classifier is
    the preset celeba/attribute_classifier, which was also trained on smooth images. ELBO −6,619 nats, MSE 0.0123.
Cost: 24 epochs of 55 to 100 s on one CPU core with TensorFlow, while other work ran.
Not in the source:
    - 16 channels in the first convolution, a quarter of all published widths
    - y goes to the dense layers of the encoder and is concatenated with z in the decoder
    - the decoder standardises y. Otherwise rare attributes have little influence.
    - β = 4. With a smaller β, z encodes the attributes, and the decoder uses y less.
    - each of the 436 training faces with a hat occurs ten times in an epoch. Without this (data.share=0), only 0.01 of the
      samples with a requested hat show one.
    - Adam with a one-cycle schedule up to 1e-3, and batches of 64
Run:
    kvae train celeba/cond_vae
    # with a warm start from the plain VAE
    kvae train celeba/vae
    kvae train celeba/cond_vae --warm-start runs/celeba/vae
    # accuracy of the attributes
    kvae evaluate runs/celeba/cond_vae --metric attributes --classifier celeba/attribute_classifier
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Positive, Training, Width
from kvae.zoo.celeba._shared import ATTRIBUTES, without_omitted


def data(
    size: Count = 64,
    attributes: tuple[str, ...] = ATTRIBUTES,
    repeated: tuple[str, ...] = ("Wearing_Hat",),
    share: NonNegative = 0.5,
    validation: Limit = None,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load faces. `validation` training faces replace the validation split, which becomes the test split."""
    faces = kvae.data.load("celeba", size=size, attributes=attributes, skip_damaged=skip_damaged, limit=limit)
    return faces.with_test(validation).repeating(without_omitted(repeated, attributes), share)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 128,
    width: Width = 16,
    beta: Annotated[NonNegative, Between(0.5, 16.0, log=True)] = 4.0,
):
    count = len(dataset.label_names)
    rates = dataset.train.y.mean(axis=0).tolist()
    return kvae.models.CondVAE(
        kvae.networks.larsen_encoder(dataset.shape, 2 * latent, width, label_units=count, name="encoder"),
        kvae.networks.larsen_decoder(latent + count, dataset.shape, width, label_rates=rates, name="decoder"),
        kvae.distributions.BinaryLabels(count),
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 24,
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
