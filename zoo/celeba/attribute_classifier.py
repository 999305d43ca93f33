"""Classifier of nineteen attributes of faces, which evaluates generated faces (after Klys et al. 2018).

Source: "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018),
    section 3.2. The report evaluates samples with a classifier of 19 of the 40 attributes.
Expected: accuracy on the 1,000 validation faces, seed 0
    attribute     source  here   model.smooth=true
    Heavy_Makeup  0.90    0.917  0.926
    Wearing_Hat   0.99    0.987  0.986
    Male          0.97    0.968  0.961
    Smiling       0.91    0.916  0.912
    Eyeglasses    0.99    0.982  0.979
    all nineteen          0.938
    Use model.smooth=true to evaluate images that VAEs generate, because these are smooth. The bundled preset
    celeba/attribute_classifier was trained with it. On real faces its accuracy is about the same. A classifier that was
    trained without smooth images finds no make-up and almost no hats in images of a VAE, not even in reconstructions of
    faces that have them. For the metrics of samples it is a second feature network, whose features may also react to what
    an adversary adds: the bundled preset celeba/attribute_classifier_sharp.
Cost: 12 minutes on two CPU cores with TensorFlow, while other work ran.
Not in the source:
    - which 19 attributes (the report names Eyeglasses, Wearing_Hat, Mustache and Male, and those of its table)
    - the network: four blocks of convolution, batch norm, ReLU and pooling with 32-64-128-256 channels, and dropout 0.3
      before the dense layer
    - augmentation: faces are mirrored and shifted, and their contrast is changed
    - AdamW with weight decay 1e-4, 20 epochs. The learning rate rises to 2e-3 over a fifth of them, and then falls by half
      a cosine (a one-cycle schedule).
    - predictions are averaged over a face and its mirror image
Run:
    kvae train celeba/attribute_classifier
    kvae evaluate runs/celeba/attribute_classifier
    # a classifier for images that VAEs generate
    kvae train celeba/attribute_classifier --set model.smooth=true --out runs/celeba/smooth_classifier
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, Objective, Positive, Search, Training
from kvae.zoo.celeba._shared import ATTRIBUTES


def data(size: Count = 64, attributes: tuple[str, ...] = ATTRIBUTES, skip_damaged: bool = False, limit: Limit = None):
    return kvae.data.load("celeba", size=size, attributes=attributes, skip_damaged=skip_damaged, limit=limit)


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
