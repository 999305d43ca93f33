"""Classifier of nineteen attributes of faces, which evaluates generated faces (after Klys et al. 2018).

Source: "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018),
    section 3.2. It evaluates samples with a classifier of 19 of the 40 attributes.
Expected: accuracy on the 1,000 validation faces, seed 0
    attribute     source  here   model.smooth=true
    Heavy_Makeup  0.90    0.917  0.926
    Wearing_Hat   0.99    0.987  0.986
    Male          0.97    0.968  0.961
    Smiling       0.91    0.916  0.912
    Eyeglasses    0.99    0.982  0.979
    all nineteen          0.938
    Use model.smooth=true to evaluate images that VAEs generate. It is the bundled preset celeba/attribute_classifier,
    and as good on real faces. The other classifier finds no make-up and next to no hats in smooth images, not even in
    reconstructions of faces with them.
Cost: 12 minutes on two CPU cores with TensorFlow, while other work ran.
Not in the source:
    - which 19 attributes (the report names Eyeglasses, Wearing_Hat, Mustache and Male, and those of its table)
    - the network: four blocks of convolution, batch norm, ReLU and pooling with 32-64-128-256 channels, and dropout 0.3
      before the dense layer
    - augmentation: faces are mirrored, shifted and of other contrast
    - AdamW at 2e-3 with weight decay 1e-4, warmed up over a fifth of 20 epochs and lowered by half a cosine
    - answers are means over a face and its mirror image
Run:
    kvae train celeba/attribute_classifier
    kvae evaluate runs/celeba/attribute_classifier
    # the classifier of images that VAEs generate
    kvae train celeba/attribute_classifier --set model.smooth=true --out runs/celeba/smooth_classifier
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Objective, Positive, Search, Training
from kvae.zoo.celeba._shared import ATTRIBUTES


def data(size: Count = 64, attributes: tuple[str, ...] = ATTRIBUTES, skip_damaged: bool = False):
    return kvae.data.load("celeba", size=size, attributes=attributes, skip_damaged=skip_damaged)


def model(
    dataset,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    dropout: Annotated[Positive, Between(0.05, 0.6)] = 0.3,
    smooth: bool = False,
):
    count = len(dataset.label_names)
    return kvae.models.Classifier(
        kvae.networks.conv_classifier(dataset.shape, count, width, dropout, smooth=smooth, name="net"),
        kvae.distributions.BinaryLabels(count),
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
