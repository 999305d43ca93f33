"""pix2pix: photographs of facades from maps of their parts (Isola, Zhu, Zhou and Efros 2017).

Source: "Image-to-image translation with conditional adversarial networks" (Isola, Zhu, Zhou and Efros 2017) and the
    authors' code. The generator is a U-Net with 64 channels in the first convolution and dropout in the first three stages
    of its decoder, at 256×256. The discriminator scores patches of 70×70 pixels of input and output. The loss is the
    cross-entropy plus 100 · the absolute error of images in [−1, 1], which is a weight of 200 here. The optimizer is Adam at
    2e-4 with β1 = 0.5, with a batch size of 1, for 200 epochs. Images are mirrored and cropped.
Expected: 50 test pairs, seed 0
    L1  0.165    SSIM  0.326    kernel distance   91 (29 to 168) and 195 (80 to 358)
    with the absolute error alone
    L1  0.154    SSIM  0.363    kernel distance  360 (266 to 476) and 89 (36 to 190)
    (features of celeba/attribute_classifier_sharp and of monet2photo/classifier)
Cost: about 75 minutes on one CPU core with TensorFlow, 23 s per epoch.
Not in the source:
    - images of 64×64, and 32 channels in the first convolution of both networks
    - patches of 34×34 pixels (model.stages=2), which are half of an image
    - a learning rate that is constant for 100 epochs and falls to 0 over another 100, as in the authors' later code
    - instance norm. At a batch size of 1 it is batch norm with the statistics of the batch, which the source also uses
      for test images.
Run:
    kvae train facades/pix2pix
    # the absolute error alone
    kvae train facades/pix2pix --set model.adversarial=false --out runs/facades/unet
    # the published size
    kvae train facades/pix2pix --set data.size=256 --set model.width=64 --set model.stages=3
    # your own pairs, with the input on the left
    kvae train facades/pix2pix --set data.path=FOLDER --set data.input_side=left
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.facades._shared import load


def data(
    size: Count = 64,
    path: FilePath | None = None,
    input_side: str = "right",
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load maps and photographs, or the pairs of `path`."""
    return load(size, path, input_side, skip_damaged, limit)


def model(
    dataset,
    width: Count = 32,
    stages: Count = 2,
    dropout: NonNegative = 0.5,
    beta_error: NonNegative = 200.0,
    adversarial: bool = True,
):
    networks, channels = kvae.networks, dataset.train.y.shape[-1]
    pair = (*dataset.shape[:2], dataset.shape[2] + channels)
    return kvae.models.Pix2Pix(
        networks.unet(dataset.shape, channels, width, dropout=dropout, normalization="instance", name="generator"),
        networks.patch_discriminator(pair, width, stages, name="discriminator") if adversarial else None,
        beta_error=beta_error,
    )


def training(
    epochs: Count = 200,
    batch_size: Count = 1,
    learning_rate: Annotated[Positive, Between(0.00005, 0.001, log=True)] = 2e-4,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5),
        learning_rate_schedule=kvae.training.schedules.constant_then_falling(epochs),
        images_every=20,
        augment=kvae.data.Jitter(),
    )


def search():
    return Search(objectives=(Objective("translation.mae", "min", unit=0.001),), monitor=None)
