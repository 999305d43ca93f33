"""Classifier of paintings by Monet and photographs of landscapes, which evaluates translations.

Source: none. The evaluation of translations needs a network that was not trained on held-out images. This one is trained on
    trainA and trainB alone.
Expected: the 872 test images, seed 0
    accuracy  0.952 (0.861 for the largest class)
Cost: about ten minutes on one CPU core with TensorFlow.
Chosen here:
    - the network of celeba/attribute_classifier
    - each training painting occurs about 1.5 times in an epoch, so that there are half as many paintings as photographs
    - AdamW with weight decay 1e-4 and a one-cycle schedule up to 1e-3, 25 epochs
Run:
    kvae train monet2photo/classifier
    # your own images, in folders trainA and trainB
    kvae train monet2photo/classifier --set data.path=FOLDER
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Objective, Positive, Search, Training


def data(
    size: Count = 64,
    path: FilePath | None = None,
    share: NonNegative = 0.4,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load paintings (A) and photographs (B), or the images of `path`. Rare paintings occur several times (`share`)."""
    name = "monet2photo" if path is None else f"unpaired:{path}"
    dataset = kvae.data.load(name, size=size, skip_damaged=skip_damaged, limit=limit)
    return dataset.repeating(dataset.label_names[:1], share)


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
    epochs: Count = 25,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0003, 0.004, log=True)] = 1e-3,
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
