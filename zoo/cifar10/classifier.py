"""Classifier of CIFAR-10's horses and birds, which evaluates the blends of cifar10/residual_vae.

Source: none. "Using variational autoencoders as generative models" (anonymous project report) shows blends of images and
    does not measure them.
Expected: 1,000 validation images, seed 0
    accuracy  0.935
Cost: 20 epochs of 20 s on one CPU core with TensorFlow, while other work ran.
Chosen here:
    - the network of celeba/attribute_classifier
    - augmentation: images are mirrored and shifted, and their contrast is changed
    - half of the training images are smoothed (`kvae.networks.RandomSmoothing`), since images from a VAE are smooth
    - AdamW at 2e-3 with weight decay 1e-4 and a one-cycle schedule
Run:
    kvae train cifar10/classifier
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, Objective, Positive, Search, Training


def data(classes: tuple[str, ...] = ("horse", "bird"), limit: Limit = None):
    return kvae.data.load("cifar10", classes=classes, limit=limit)


def model(
    dataset,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    dropout: Annotated[Positive, Between(0.05, 0.6)] = 0.3,
    smooth: bool = True,
):
    count = len(dataset.label_names)
    return kvae.models.Classifier(
        kvae.networks.conv_classifier(dataset.shape, count, width, dropout, smooth=smooth, name="net"),
        kvae.distributions.ClassLabels(count),
        mirrored=True,
    )


def training(
    epochs: Count = 20,
    batch_size: Count = 128,
    learning_rate: Annotated[Positive, Between(0.0005, 0.008, log=True)] = 2e-3,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.AdamW(learning_rate, weight_decay=1e-4),
        learning_rate_schedule=kvae.training.schedules.OneCycle(epochs),
    )


def search():
    return Search(objectives=(Objective("accuracy", "max", unit=0.01),), monitor="val_accuracy")
