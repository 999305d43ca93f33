"""CycleGAN of paintings by Monet and photographs of landscapes (Zhu, Park, Isola and Efros 2017).

Source: "Unpaired image-to-image translation using cycle-consistent adversarial networks" (Zhu, Park, Isola and Efros 2017)
    and the authors' code. The generators have 64 channels in the first convolution and 9 residual blocks, at 256×256. The
    discriminators score patches of 70×70 pixels. The weight of the cycle is 10 and that of the identity 5, for images in
    [−1, 1], hence 20 and 10 here. The pools hold 50 images. The optimizer is Adam with β1 = 0.5 and a batch size of 1. Its
    learning rate is 2e-4 for 100 epochs and falls to 0 over another 100. Images are mirrored and cropped.
Expected: the 872 test images, seed 0, and the features of monet2photo/classifier
    error of the translation there and back                             0.074
    kernel distance of translations from paintings / of photographs     0.010 (95 % interval: 0.004 to 0.019)
Cost: about two hours on one CPU core with TensorFlow, 0.27 s per round and 13 minutes per epoch.
Not in the source:
    - images of 64×64. Width and blocks are smaller, too: 32 channels in the first convolution of the generators and of the
      discriminators, and 4 residual blocks.
    - patches of 34×34 pixels (model.stages=2), which are half of an image, as 70×70 pixels are a quarter of theirs
    - 10 epochs. An epoch shows each training photograph once and each painting three times.
Run:
    kvae train monet2photo/cyclegan
    # without the identity
    kvae train monet2photo/cyclegan --set model.beta_identity=0
    # the published size
    kvae train monet2photo/cyclegan --set data.size=256 --set model.width=64 --set model.blocks=9 --set model.stages=3 \\
        --set epochs=200
    # your own images, in folders trainA and trainB
    kvae train monet2photo/cyclegan --set data.path=FOLDER
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Objective, Positive, Search, Training


def data(size: Count = 64, path: FilePath | None = None, skip_damaged: bool = False, limit: Limit = None):
    """Load paintings (A) and photographs (B), or the images of `path`."""
    name = "monet2photo" if path is None else f"unpaired:{path}"
    return kvae.data.load(name, size=size, skip_damaged=skip_damaged, limit=limit)


def model(
    dataset,
    width: Count = 32,
    blocks: Count = 4,
    stages: Count = 2,
    beta_cycle: NonNegative = 20.0,
    beta_identity: NonNegative = 10.0,
    pool: Count = 50,
):
    networks, shape, domains = kvae.networks, dataset.shape, dataset.label_names
    return kvae.models.CycleGAN(
        {name: networks.residual_generator(shape, width, blocks, name=f"generator_{name}") for name in domains},
        {name: networks.patch_discriminator(shape, width, stages, name=f"discriminator_{name}") for name in domains},
        beta_cycle=beta_cycle,
        beta_identity=beta_identity,
        pool_size=pool,
    )


def training(
    epochs: Count = 10,
    batch_size: Count = 1,
    learning_rate: Annotated[Positive, Between(0.00005, 0.001, log=True)] = 2e-4,
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5),
        learning_rate_schedule=kvae.training.schedules.constant_then_falling(epochs),
        augment=kvae.data.Jitter(),
    )


def search():
    return Search(objectives=(Objective("translation.cycle", "min", unit=0.001),), monitor=None)
