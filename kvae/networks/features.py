"""Features of networks that were trained for another task: feature maps, and vectors that describe an image."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras

from kvae.errors import UserError
from kvae.files import expanded
from kvae.networks.common import channels_last

MEANS_BGR = (103.939, 116.779, 123.68)
"""Mean blue, green and red of ImageNet's images, on a scale from 0 to 255.

VGG's published weights expect images from which these means are subtracted.
"""

IMAGENET_WEIGHTS: Mapping[str, str] = {
    "inception_v3": "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "vgg19": "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
}
"""Files of the weights of the networks of `imagenet_features`, as Keras calls them."""


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
    h = _for_vgg(image)
    features = keras.Model(vgg.input, [vgg.get_layer(layer).output for layer in maps])(h)
    return keras.Model(image, features, name=name)


def feature_maps(
    net: keras.Model, layer_type: type[keras.Layer] = keras.layers.ReLU, count: int = 3, name: str | None = None
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


def penultimate(net: keras.Model, name: str | None = None) -> keras.Model:
    """Return a network whose output is the input of the last layer of another network, such as a trained classifier.

    Args:
        net: the other network. The result shares its weights.
        name: name of the result.
    """
    return keras.Model(net.input, net.layers[-1].input, name=name)


@channels_last
def imagenet_features(network: str, shape: Sequence[int], weights: Path | None) -> keras.Model:
    """Return a network of `keras.applications` without its last layer: images (B, H, W, C) in [0, 1] -> features (B, D).

    The images are enlarged to the size that the network was trained with. Those of one channel become grey images of three.
    The features are the means of the last feature maps: 2,048 units of Inception-v3 (Szegedy et al. 2016), or 512 units of
    VGG-19 (Simonyan and Zisserman 2015).

    Args:
        network: "inception_v3" or "vgg19".
        shape: shape (H, W, C) of the images, with one or three channels.
        weights: file of the weights (`imagenet_weights`), or None for random weights.
    """
    build, side, prepare = _networks()[network]
    if shape[-1] not in (1, 3):
        raise UserError(f"Expected images of one or three channels for {network}. Received: shape={tuple(shape)}.")
    image = keras.Input(tuple(shape))
    h = keras.layers.Concatenate()([image] * 3) if shape[-1] == 1 else image
    h = prepare(keras.layers.Resizing(side, side)(h))
    path = None if weights is None else str(weights)
    net = build(include_top=False, weights=path, input_shape=(side, side, 3), pooling="avg")
    return keras.Model(image, net(h), name=network)


def imagenet_weights(network: str) -> Path:
    """Return the file of the weights of "inception_v3" or "vgg19" in the folder where Keras stores them.

    Raises:
        UserError: the file is missing. Nothing is downloaded.
    """
    path = expanded(os.environ.get("KERAS_HOME") or "~/.keras") / "models" / IMAGENET_WEIGHTS[network]
    if not path.is_file():
        build = _networks()[network][0].__name__
        raise UserError(
            f"Expected the weights of {network} in {path}. Received: no such file. Download them once, "
            f'python -c "import keras; keras.applications.{build}(include_top=False)", or use another feature network.'
        )
    return path


def _networks() -> Mapping[str, tuple[Callable[..., keras.Model], int, Callable]]:
    """Return the function, the size of images and the preparation of images of each network of `imagenet_features`."""
    return {
        "inception_v3": (keras.applications.InceptionV3, 299, keras.layers.Rescaling(2.0, offset=-1.0)),
        "vgg19": (keras.applications.VGG19, 224, _for_vgg),
    }


def _for_vgg(image):
    """Return images in [0, 1] (B, H, W, 3) as the published weights of VGG expect them."""
    blue_first = keras.ops.flip(image, axis=-1)
    return keras.layers.Rescaling(255.0, offset=[-mean for mean in MEANS_BGR])(blue_first)
