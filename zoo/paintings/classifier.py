"""Classifier of painters, or of painters and periods, for attribution and for the features of paintings/dfc_vae.

Source: none. "Experimentation with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and
    Shrivastava) identifies painters from latent codes. This recipe measures how well a classifier identifies them from
    pixels. Its first feature maps take the place of those of VGG-19 in paintings/dfc_vae if VGG-19 is not available.
Expected: the 374 test paintings, seed 0
    classes                                                accuracy  largest class
    painter                                                0.824     0.372
    painter and period (21 classes, 190 dated paintings)   0.479     0.221
Cost: 5 to 9 minutes on one CPU core with TensorFlow.
Chosen here:
    - the network of celeba/attribute_classifier
    - augmentation: paintings are mirrored and shifted, and their contrast is changed
    - AdamW with weight decay 1e-4 and a one-cycle schedule up to 2e-3, 30 epochs
    - with data.periods=true a class is a painter in one of the four periods of paintings/multi_encoder_gan. Paintings
      without a year are left out.
Run:
    kvae train paintings/classifier
    # painter and period
    kvae train paintings/classifier --set data.periods=true
    # without copies of the test images of monet2photo, which evaluate translations
    kvae train paintings/classifier --set data.without=monet2photo --out runs/paintings/classifier_without
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, Objective, Positive, Search, Training
from kvae.zoo.paintings._periods import by_period
from kvae.zoo.paintings._shared import ARTISTS


def data(
    size: Count = 64,
    artists: tuple[str, ...] = ARTISTS,
    periods: bool = False,
    without: str | None = None,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load paintings. `without` names a data set: copies of its test images are left out."""
    dataset = kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged, limit=limit)
    if without is not None:
        dataset = dataset.without_copies(kvae.data.load(without, size=size))
    return by_period(dataset) if periods else dataset


def model(
    dataset,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    dropout: Annotated[Positive, Between(0.05, 0.6)] = 0.3,
):
    count = len(dataset.label_names)
    return kvae.models.Classifier(
        kvae.networks.conv_classifier(dataset.shape, count, width, dropout, name="net"),
        kvae.distributions.ClassLabels(count),
        mirrored=True,
    )


def training(
    epochs: Count = 30,
    batch_size: Count = 64,
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
