"""The judge of blends: tells CIFAR-10's horses from its birds (unmeasured).

Source: none; "Using variational autoencoders as generative models" (anonymous) shows its mixtures and does not judge them.

Chosen here: the net of celeba/attribute_classifier; in training, pictures are mirrored, shifted, of other contrast and,
one of two, smoothed (`kvae.networks.RandomSmoothing`), since what VAEs draw is smooth.
Expected: no figure yet.
Cost: not measured.
Command: kvae train cifar10/classifier
"""

import kvae
from kvae.zoo import Between, Count, Objective, Positive, Search, Training
from kvae.zoo.cifar10.residual_vae import data as data


def model(dataset, width: Count = 32, dropout: Positive = 0.3, smooth: bool = True):
    count = len(dataset.labels)
    return kvae.models.Classifier(
        kvae.networks.conv_classifier(dataset.shape, count, width, dropout, smooth=smooth, name="net"),
        kvae.distributions.ClassLabels(count),
        mirrored=True,
    )


def training(epochs: Count = 20, batch_size: Count = 128, learning_rate: Positive = 2e-3):
    import keras

    optimizer = keras.optimizers.AdamW(learning_rate, weight_decay=1e-4)
    return Training(epochs, batch_size, optimizer, learning_rate=kvae.training.schedules.OneCycle(epochs), labels=True)


def search():
    return Search(
        vary={
            "model.dropout": Between(0.05, 0.6),
            "model.width": Between(16, 64, log=True),
            "learning_rate": Between(0.0005, 0.008, log=True),
        },
        objectives=(Objective("accuracy", "max", unit=0.01),),
        monitor="val_accuracy",
    )
