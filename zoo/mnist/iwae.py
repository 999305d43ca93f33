"""IWAE with one or two layers of latent units on MNIST (Burda et al. 2016, Table 1).

Source: Burda, Grosse and Salakhutdinov 2016, "Importance Weighted Autoencoders", Table 1.
    Networks, data and schedules are those of mnist/vae.
Expected: −log p(x) in nats, 10,000 test images, 5,000 samples, seed 0 (in brackets: the paper, 3,280 epochs)
    layers  epochs  k=1      k=5           k=50
    1       20      (86.76)  92.7 (85.54)  91.6 (84.78)
    2       20      (85.33)  91.9 (83.89)  90.7 (82.90)
    2       50                             87.6
    2       100              87.1
Cost: 10 s (k = 5) to 40 s (k = 50) per epoch on two CPU cores with JAX. The likelihood takes 4 minutes more.
Not in the source:
    - the short schedule: 20 epochs in which the learning rate falls from 1e-3 to 1e-4
    - Adam's β1 is 0.9, as in the paper; the authors' code has 0.99
    - 55,000 training images; the other 5,000 are for validation
    - the option model.doubly_reparameterized, the gradient of Tucker et al. 2019 for one layer
Run:
    kvae train mnist/iwae --backend jax
    kvae evaluate runs/mnist/iwae --backend jax --metric nll --samples 5000
    # two layers, fifty samples
    kvae train mnist/iwae --backend jax --set model.layers=2 --set model.samples=50
    # the paper's 3,280 epochs
    kvae train mnist/iwae --backend jax --set schedule=published
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, Objective, OneOf, Positive, Search, Training
from kvae.zoo.mnist._shared import PUBLISHED_EPOCHS, burda_networks, burda_schedule


def data(binarization: Literal["random", "fixed"] = "random", limit: Limit = None):
    """Load MNIST, in grey for a `binarize` at each use ("random"), or with its published fixed binarisation ("fixed")."""
    return kvae.data.load("mnist" if binarization == "random" else "binarized_mnist", limit=limit)


def model(
    dataset,
    layers: Annotated[Literal[1, 2], OneOf(1, 2)] = 1,
    samples: Annotated[Count, OneOf(1, 5, 20, 50)] = 5,
    doubly_reparameterized: bool = False,
):
    return kvae.models.IWAE(
        **burda_networks(dataset, layers),
        likelihood="bernoulli",
        samples=samples,
        doubly_reparameterized=doubly_reparameterized,
    )


def training(
    schedule: Literal["short", "published"] = "short",
    epochs: Count | None = None,  # by default 20 for "short" and 3,280 for "published"
    batch_size: Count = 20,
    learning_rate: Annotated[Positive, Between(0.0002, 0.003, log=True)] = 1e-3,
):
    import keras

    epochs = epochs or (20 if schedule == "short" else PUBLISHED_EPOCHS)
    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, epsilon=1e-4),
        learning_rate_schedule=burda_schedule(schedule, epochs),
        transform=kvae.data.binarize,
        images_every=10,
        steps_per_execution=20,
    )


def search():
    return Search(objectives=(Objective("nll", "min"),), options={"nll": {"samples": 100}})
