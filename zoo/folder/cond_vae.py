"""Conditional VAE on your own images, with a folder for each class.

Source: none. The networks are those of folder/conv_vae, which receive the class.
Expected: 150 birds and 150 horses of CIFAR-10 at 32×32, seed 0
    share of samples whose class a classifier names  0.85 (prior), 0.81 (mixture)
Cost: eight minutes at 64×64 on one CPU core with TensorFlow for up to 1,600 images, three minutes at 32×32.
Chosen here:
    - the class goes to the last layer of the encoder and to the first of the decoder
    - images are mirrored and cropped
    - at least 50 steps in an epoch (min_steps), so 3,000 steps in all. An epoch passes through a small folder several times.
    - β = 2. With a larger β, z holds less of the class, and the decoder uses the class more.
Run:
    kvae train folder/cond_vae --set data.path=FOLDER --set data.size=32
    kvae sample runs/folder/cond_vae --label CLASS
    # images of one class with another class
    kvae transfer runs/folder/cond_vae --label CLASS
"""

from typing import Annotated, Literal

import kvae
from kvae.errors import UserError
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Positive, Training


def data(
    path: FilePath = "pictures",
    size: Count = 64,
    color: Literal["rgb", "gray"] = "rgb",
    aspect: str = "square",
    skip_damaged: bool = False,
    limit: Limit = None,
):
    dataset = kvae.data.load(
        f"folder:{path}",
        size=size,
        color=color,
        aspect=aspect,
        skip_damaged=skip_damaged,
        limit=limit,
    )
    if len(dataset.label_names) < 2:
        raise UserError(f"Expected a folder for each class in {path}. Received: no classes. Use folder/conv_vae.")
    return dataset


def model(
    dataset,
    latent: Annotated[Count, Between(16, 256, log=True)] = 64,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    beta: Annotated[NonNegative, Between(0.25, 8.0, log=True)] = 2.0,
):
    count = len(dataset.label_names)
    return kvae.models.CondVAE(
        kvae.networks.conv_encoder(
            dataset.shape, 2 * latent, width, label_units=count, normalization="none", name="encoder"
        ),
        kvae.networks.conv_decoder(
            latent + count, dataset.shape, width, upsampling="nearest", normalization="none", name="decoder"
        ),
        kvae.distributions.ClassLabels(count),
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 60,
    batch_size: Count = 32,
    min_steps: Count = 50,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 1e-3,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        images_every=10,
        min_steps=min_steps,
        augment=kvae.data.Jitter(),
    )
