"""Feature maps of nets that were trained for something else."""

from collections.abc import Sequence

import keras

from kvae.errors import UserError

MEANS_BGR = (103.939, 116.779, 123.68)
"""Of ImageNet's pictures, which the published weights of VGG expect to be taken off."""


def vgg19_features(
    shape: Sequence[int],
    maps: Sequence[str] = ("block1_conv1", "block2_conv1", "block3_conv1"),
    weights: str | None = "imagenet",
    name: str | None = None,
) -> keras.Model:
    """VGG-19 (Simonyan and Zisserman 2015) from pictures (B, H, W, 3) in [0, 1] to its feature maps, behind their ReLU.

    By default relu1_1, relu2_1 and relu3_1, as DFC-VAE has them. `weights` is "imagenet", downloaded once by Keras into
    its folder, or the path of a weights file, or None for untrained weights. Raises `UserError` where they cannot be had.
    """
    try:
        vgg = keras.applications.VGG19(include_top=False, weights=weights, input_shape=tuple(shape))
    except Exception as error:  # Keras raises a plain Exception when a download fails
        raise UserError(
            f"Expected VGG-19's weights. Received: weights={weights!r}, which cannot be had ({error}). Give the path of "
            "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5, or choose another feature net."
        ) from error
    picture = keras.Input(tuple(shape))
    blue_first = keras.ops.flip(picture, axis=-1)
    h = keras.layers.Rescaling(255.0, offset=[-mean for mean in MEANS_BGR])(blue_first)
    found = keras.Model(vgg.input, [vgg.get_layer(layer).output for layer in maps])(h)
    return keras.Model(picture, found, name=name)


def feature_maps(net: keras.Model, kind: type = keras.layers.ReLU, count: int = 3, name=None) -> keras.Model:
    """The outputs of the first `count` layers of a `kind` in `net`, such as a classifier trained here, weights shared."""
    outputs = [layer.output for layer in net.layers if isinstance(layer, kind)][:count]
    if len(outputs) < count:
        raise UserError(
            f"Expected a net with {count} layers {kind.__name__} or more. Received: {net.name} with {len(outputs)}."
        )
    return keras.Model(net.input, outputs, name=name)
