"""AutoencoderKL on your own images, from a folder or a zip file: the autoencoder of latent diffusion models.

Source: none. The networks and the loss are those of celeba/autoencoder_kl (Rombach et al. 2022), with 16 channels.
Expected: 300 details of photographs at 64×64, validation images, seed 0
    mean absolute error .0371, of images that were reduced four times and enlarged again .0474
Cost: on one CPU core with TensorFlow, for up to 4,800 images
    size     time per epoch  in all   memory
    64×64    95 s            ½ hour   1.2 GB
    128×128  7 minutes       2¼ hours 1.6 GB
Chosen here:
    - a code of 4 channels whose sides are a quarter of those of the images (model.channels, model.factor)
    - at least 300 steps in an epoch (min_steps), so 6,000 steps in all. An epoch passes through a small folder several
      times.
    - images are mirrored and cropped
    - a discriminator of patches of 34×34 pixels that begins after 1,500 steps. model.start moves it.
Run:
    kvae train folder/autoencoder_kl --set data.path=FOLDER
    # larger images
    kvae train folder/autoencoder_kl --set data.path=FOLDER --set data.size=128
    kvae train folder/autoencoder_kl --set data.path=FOLDER --set data.size=256 --set model.factor=8 --set batch_size=8
    # images that are not square, here cropped to 3:2
    kvae train folder/autoencoder_kl --set data.path=FOLDER --set data.aspect=3:2
    # features of VGG-19, whose weights Keras downloads
    kvae train folder/autoencoder_kl --set data.path=FOLDER --set model.features=vgg19
    # the decoder alone, after the training of both
    kvae train folder/autoencoder_kl --set data.path=FOLDER --warm-start runs/folder/autoencoder_kl --freeze encoder
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo._features import feature_network


def data(
    path: FilePath = "pictures",
    size: Count = 64,
    color: Literal["rgb", "gray"] = "rgb",
    aspect: str = "square",
    skip_damaged: bool = False,
    limit: Limit = None,
):
    return kvae.data.load(
        f"folder:{path}",
        size=size,
        color=color,
        aspect=aspect,
        skip_damaged=skip_damaged,
        limit=limit,
    )


def model(
    dataset,
    channels: Count = 4,
    factor: Count = 4,
    width: Count = 16,
    blocks: Count = 1,
    stages: Count = 2,
    features: str | None = None,
    beta: NonNegative = 1e-6,
    beta_features: NonNegative = 12288.0,
    beta_adversary: NonNegative = 50.0,
    start: Count = 1500,
):
    networks, shape = kvae.networks, dataset.shape
    return kvae.models.AutoencoderKL(
        networks.spatial_encoder(shape, 2 * channels, factor, width, blocks, name="encoder"),
        networks.spatial_decoder(channels, shape, factor, width, blocks, name="decoder"),
        features=None if features is None else feature_network(features, shape),
        discriminator=networks.patch_discriminator(shape, width, stages, name="discriminator"),
        likelihood=kvae.distributions.likelihoods.LaplaceLikelihood(0.5),
        beta=beta,
        beta_features=beta_features,
        beta_adversary=beta_adversary,
        start=start,
    )


def training(
    epochs: Count = 20,
    batch_size: Count = 16,
    min_steps: Count = 300,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 1e-3,
    freeze: tuple[str, ...] = (),
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5, beta_2=0.9),
        learning_rate_schedule=kvae.training.schedules.constant_then_falling(epochs),
        images_every=5,
        min_steps=min_steps,
        augment=kvae.data.Jitter(),
        freeze=freeze,
    )


def search():
    return Search(objectives=(Objective("mae", "min", unit=0.001),), monitor=None)
