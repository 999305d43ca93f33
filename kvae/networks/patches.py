"""Discriminators of patches (Isola et al. 2017, section 3.2.2)."""

from collections.abc import Sequence

import keras
from keras import layers

from kvae.networks.common import channels_last, check_sides, normalize, output_dtype, small_weights
from kvae.networks.convolutions import Conv2D
from kvae.networks.maps import map_channels


@channels_last
def patch_discriminator(
    shape: Sequence[int],
    width: int = 64,
    stages: int = 3,
    normalization: str = "instance",
    momentum: float = 0.9,
    name: str | None = None,
) -> keras.Model:
    """Return a discriminator of patches: images (B, H, W, C) in [0, 1] -> scores (B, h, w, 1), one for each patch.

    It has `stages` 4×4 convolutions of stride 2 and two of stride 1. There are width, 2·width, 4·width and then always
    8·width channels, and 1 in the last map. Leaky ReLU follows each convolution but the last, and normalisation each but
    the first and the last. A score depends on a patch of 16×16, 34×34 or 70×70 pixels with 1, 2 or 3 stages.

    Args:
        shape: shape (H, W, C) of the images. A discriminator of pairs reads both images in one, as 2·C channels.
        width: number of channels of the first convolution, 64 in the source.
        stages: number of convolutions of stride 2; 3 in the source, for patches of 70×70 pixels.
        normalization: "instance" as in CycleGAN, "batch" as in pix2pix, "group" or "none".
        momentum: momentum of batch norm's running statistics.
        name: name of the network.
    """
    check_sides(shape)
    image = keras.Input(tuple(shape))
    h = layers.Rescaling(2.0, offset=-1.0)(image)
    for stage in range(stages + 1):
        chosen = normalization if stage else "none"
        options = {"use_bias": chosen == "none", "kernel_initializer": small_weights()}
        h = Conv2D(map_channels(width, stage), 4, 2 if stage < stages else 1, "same", **options)(h)
        h = layers.LeakyReLU(0.2)(normalize(h, chosen, momentum))
    scores = Conv2D(1, 4, padding="same", kernel_initializer=small_weights(), dtype=output_dtype())(h)
    return keras.Model(image, scores, name=name)
