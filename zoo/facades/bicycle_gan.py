"""BicycleGAN: several photographs of facades from one map of their parts (Zhu et al. 2017).

Source: "Toward multimodal image-to-image translation" (Zhu, Zhang, Pathak, Darrell, Efros, Wang and Shechtman 2017) and the
    authors' code. A code of 8 units enters all layers of the encoder of a U-Net at 256×256. The adversaries use least
    squares. The absolute error of images in [−1, 1] has the weight 10, hence 20 here, the latent code 0.5 and the rate 0.01.
    The optimizer is Adam with β1 = 0.5 and batches of 2. Its learning rate is 2e-4 for 200 epochs and falls to 0 over
    another 200.
Expected: ten random translations of each of 50 test maps, seed 0
    L1  of the best 0.148, of all 0.199
    distance between two translations of a map  15.2, between two photographs  18.9 (features of monet2photo/classifier)
Cost: about 70 minutes on one CPU core with TensorFlow, 41 s per epoch.
Not in the source:
    - images of 64×64, and 24 channels in the first convolution of the networks
    - a convolutional encoder instead of a residual one
    - discriminators of one scale, for patches of 34×34 pixels (model.stages=2)
    - 100 epochs
    - both halves of the loss use the whole batch, and not half of it each
Run:
    kvae train facades/bicycle_gan
    # ten translations of each map
    kvae translate runs/facades/bicycle_gan -n 10
    # the published size
    kvae train facades/bicycle_gan --set data.size=256 --set model.width=64 --set model.stages=3 --set epochs=400
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Objective, Positive, Search, Training, Width
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
    latent: Count = 8,
    width: Width = 24,
    stages: Count = 2,
    beta_error: NonNegative = 20.0,
    beta: NonNegative = 0.01,
    beta_code: NonNegative = 0.5,
):
    networks, target = kvae.networks, dataset.train.y.shape[1:]
    return kvae.models.BicycleGAN(
        networks.unet(
            dataset.shape,
            target[2],
            width,
            dropout=0.0,
            normalization="instance",
            code_units=latent,
            name="generator",
        ),
        networks.conv_encoder(target, 2 * latent, width, normalization="instance", name="encoder"),
        networks.patch_discriminator(target, width, stages, name="discriminator"),
        networks.patch_discriminator(target, width, stages, name="sample_discriminator"),
        beta_error=beta_error,
        beta=beta,
        beta_code=beta_code,
    )


def training(
    epochs: Count = 100,
    batch_size: Count = 2,
    learning_rate: Annotated[Positive, Between(0.00005, 0.001, log=True)] = 2e-4,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5),
        learning_rate_schedule=kvae.training.schedules.constant_then_falling(epochs),
        images_every=10,
        augment=kvae.data.Jitter(),
    )


def search():
    return Search(objectives=(Objective("translation.mae", "min", unit=0.001),), monitor=None)
