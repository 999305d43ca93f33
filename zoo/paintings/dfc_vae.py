"""VAE of paintings whose error is measured in the feature maps of another network (Hou et al. 2017).

Source: "Deep feature consistent variational autoencoder" (Hou, Shen, Sun and Qiu 2017), whose networks "Experimentation
    with the latent space of a variational autoencoder" (project report by Pathak, Agarwal and Shrivastava) uses.
    The encoder has convolutions of stride 2 with 32-64-128-256 channels. There are 100 latent units. The decoder has a dense
    layer to 4×4×256 and nearest-neighbour up-sampling. The loss is KL + 0.5 · error. The error is the sum of half the mean
    squared differences in relu1_1, relu2_1 and relu3_1 of VGG-19. Here the loss is error + β · KL, so that β = 2. The
    optimizer is Adam at 5e-4 with β1 = 0.5.
Expected: the 374 test paintings, 64×64, with the features of a classifier, seed 0
    classifier of       β       L1 per pixel  MSE     rate (nats)
    painter and period  0.0001  0.0783        0.0117  166
    painter and period  0.002   0.0962                17
    painter             0.0001  0.0785                161
    With β = 0.0001 the mean distance between samples is 0.63 of that between paintings. The loss does not determine what
    the classifier ignores: images show edges and a texture like canvas. With β = 0.002 this texture covers the whole image.
Cost: 15 epochs of 35 to 95 s on one CPU core with TensorFlow, the longer ones while other trainings ran.
Not in the source:
    - a sigmoid at the outputs
    - 15 epochs
    - all other choices of paintings/vae
    - the features of paintings/classifier after its first three ReLU layers. Their values are about 1 and those of VGG-19
      in the hundreds, so that β must be smaller by the square of this ratio.
Run:
    # Keras downloads the weights of VGG-19
    kvae train paintings/dfc_vae
    # the weights of VGG-19 from a file
    kvae train paintings/dfc_vae --set model.features=vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5
    # without VGG-19
    kvae train paintings/classifier --set data.periods=true --out runs/paintings/classifier_periods
    kvae train paintings/dfc_vae --set model.features=runs/paintings/classifier_periods --set model.beta=0.0001
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo._features import feature_network
from kvae.zoo.paintings._shared import ARTISTS, conv_decoder, conv_encoder


def data(
    size: Count = 64,
    artists: tuple[str, ...] = ARTISTS,
    paintings: tuple[Count, ...] = (),
    repeated: tuple[str, ...] = (),
    share: NonNegative = 0.5,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    dataset = kvae.data.load("paintings", size=size, artists=artists, skip_damaged=skip_damaged, limit=limit)
    return (dataset.at_most(paintings) if paintings else dataset).repeating(repeated, share)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    width: Count = 32,
    dropout: NonNegative = 0.0,
    features: str = "vgg19",
    beta: Annotated[NonNegative, Between(0.0001, 10.0, log=True)] = 2.0,
):
    return kvae.models.DFCVAE(
        conv_encoder(dataset, 2 * latent, width),
        conv_decoder(dataset, latent, width, dropout, activation="linear"),
        feature_network(features, dataset.shape),
        likelihood="bernoulli",
        beta=beta,
    )


def training(
    epochs: Count = 15,
    batch_size: Count = 50,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 1e-3,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.OneCycle(epochs),
        images_every=10,
    )


def search():
    return Search(objectives=(Objective("mae", "min", unit=0.001),), monitor=None)
