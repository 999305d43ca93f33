"""VAE with one or two layers of latent units on MNIST (Burda et al. 2016, Table 1).

The recipe is the baseline of mnist/iwae.

Source: Burda, Grosse and Salakhutdinov 2016, "Importance Weighted Autoencoders", Table 1, and the authors' code.
    The networks have tanh units. With one layer they are 784-200-200-50 and back, with two layers
    784-200-200-100-100-100-50 and back, where the 100 after 200-200 are z and the 50 are u.
    Each pixel is drawn as black or white whenever an image is used.
    The biases of the decoder's outputs start at the logits of the mean training image.
    Adam has ε = 1e-4. Batches hold 20 images. Eight stages of 1, 3, 9, …, 2,187 epochs have learning rates from 1e-3 to
    1e-4 (schedule=published).
Expected: −log p(x) in nats, 10,000 test images, 5,000 samples, seed 0 (in brackets: the paper, 3,280 epochs)
    layers  epochs  k=1           k=5           k=50
    1       20      94.5 (86.76)  93.3 (86.47)  92.9 (86.35)
    2       20      93.4 (85.33)  92.1 (85.01)  90.7 (84.78)
    2       50                                  87.9
    2       100                   87.5
Cost: 6 s per epoch at k = 1 on two CPU cores with JAX. The likelihood takes 4 minutes more.
Not in the source:
    - the short schedule: 20 epochs in which the learning rate falls from 1e-3 to 1e-4
    - Adam's β1 is 0.9, as in the paper; the authors' code has 0.99
    - 55,000 training images; the other 5,000 are for validation
Run:
    kvae train mnist/vae --backend jax
    kvae evaluate runs/mnist/vae --backend jax --metric nll --samples 5000
    # two layers, five samples
    kvae train mnist/vae --backend jax --set model.layers=2 --set model.samples=5
    # the paper's 3,280 epochs
    kvae train mnist/vae --backend jax --set schedule=published
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
    samples: Annotated[Count, OneOf(1, 5, 20, 50)] = 1,
):
    return kvae.models.LayeredVAE(**burda_networks(dataset, layers), likelihood="bernoulli", samples=samples)


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
