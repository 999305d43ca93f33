"""Feature maps of networks that were trained for another task."""

from collections.abc import Sequence

import keras

from kvae.errors import UserError
from kvae.networks.common import channels_last

MEANS_BGR = (103.939, 116.779, 123.68)
"""Mean blue, green and red of ImageNet's images, on a scale from 0 to 255.

VGG's published weights expect images from which these means are subtracted.
"""


@channels_last
def vgg19_features(
    shape: Sequence[int],
    maps: Sequence[str] = ("block1_conv1", "block2_conv1", "block3_conv1"),
    weights: str | None = "imagenet",
    name: str | None = None,
) -> keras.Model:
    """Return VGG-19 (Simonyan and Zisserman 2015): images (B, H, W, 3) in [0, 1] -> list of feature maps after ReLU.

    Args:
        shape: shape (H, W, 3) of the images.
        maps: Keras' names of the layers. The default, relu1_1, relu2_1 and relu3_1, is that of DFC-VAE.
        weights: "imagenet" for the published weights, which Keras downloads once; the path of a weights file; or None
            for random weights.
        name: name of the network.

    Raises:
        UserError: the weights cannot be loaded.
    """
    try:
        vgg = keras.applications.VGG19(include_top=False, weights=weights, input_shape=tuple(shape))
    except Exception as error:  # Keras raises a plain Exception when a download fails
        raise UserError(
            f"Expected weights of VGG-19. Received: weights={weights!r}, which cannot be loaded ({error}). Pass the path "
            "of vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5, or use another feature network."
        ) from error
    image = keras.Input(tuple(shape))
    blue_first = keras.ops.flip(image, axis=-1)
    h = keras.layers.Rescaling(255.0, offset=[-mean for mean in MEANS_BGR])(blue_first)
    features = keras.Model(vgg.input, [vgg.get_layer(layer).output for layer in maps])(h)
    return keras.Model(image, features, name=name)


def feature_maps(
    net: keras.Model, layer_type: type = keras.layers.ReLU, count: int = 3, name: str | None = None
) -> keras.Model:
    """Return a network whose outputs are those of the first `count` layers of one type in another network.

    Args:
        net: the other network, such as a trained classifier. The result shares its weights.
        layer_type: type of the layers.
        count: number of layers.
        name: name of the result.
    """
    outputs = [layer.output for layer in net.layers if isinstance(layer, layer_type)][:count]
    if len(outputs) < count:
        raise UserError(
            f"Expected a network with at least {count} layers of type {layer_type.__name__}. "
            f"Received: {net.name} with {len(outputs)}."
        )
    return keras.Model(net.input, outputs, name=name)
