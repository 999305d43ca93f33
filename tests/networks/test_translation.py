"""The networks of image-to-image translation, and those with spatial codes."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.networks import (
    patch_discriminator,
    refiner,
    residual_generator,
    spatial_decoder,
    spatial_encoder,
    unet,
    unet_decoder,
    unet_encoder,
)

NETWORKS = {
    "residual_generator": lambda shape: residual_generator(shape, width=2, blocks=1),
    "refiner": lambda shape: refiner(shape, width=2, blocks=1),
    "unet": lambda shape: unet(shape, width=2),
    "unet without skips": lambda shape: unet(shape, width=2, skips=False, normalization="instance"),
    "unet_encoder": lambda shape: unet_encoder(shape, 6, width=2, skips=True),
    "unet_decoder": lambda shape: unet_decoder(3, shape, width=2, skips=True),
    "patch_discriminator": lambda shape: patch_discriminator(shape, width=2),
    "spatial_encoder": lambda shape: spatial_encoder(shape, 6, width=2),
    "spatial_decoder": lambda shape: spatial_decoder(3, shape, width=2),
}


GENERATORS = ("residual_generator", "unet", "unet without skips")
"""Networks whose outputs are images in [0, 1]."""


def _filters(net):
    convolutions = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    return [layer.filters for layer in net.layers if isinstance(layer, convolutions)]


@pytest.mark.parametrize("side", [64, 128, 256])
def test_generators_return_images_of_the_shape_of_their_input(side):
    for name in GENERATORS:
        assert NETWORKS[name]((side, side, 3)).output_shape == (None, side, side, 3)
    assert unet((side, side, 3), channels=1, width=2).output_shape == (None, side, side, 1)


def test_channels_are_those_of_the_sources_for_width_64():
    """At width 1, with one channel for each 64 of the sources."""
    assert _filters(residual_generator((256, 256, 3), width=1)) == [1, 2, 4, *18 * [4], 2, 1, 3]
    assert _filters(unet((256, 256, 3), width=1)) == [1, 2, 4, *9 * [8], 4, 2, 1, 3]
    assert _filters(patch_discriminator((256, 256, 6), width=1)) == [1, 2, 4, 8, 1]


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_score_depends_on_patches_of_the_documented_size(stages, rng):
    """One pixel of each image of a batch differs from a common image, in another row each."""
    net = patch_discriminator((96, 96, 1), width=1, stages=stages, normalization="none")
    for weight in net.trainable_variables:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    images = np.full((97, 96, 96, 1), 0.5, "float32")
    for row in range(96):
        images[row, row, 48] = 1.5
    scores = ops.convert_to_numpy(net(images))
    assert scores.shape[1:] == (96 // 2**stages, 96 // 2**stages, 1)
    middle = scores[:, scores.shape[1] // 2, scores.shape[2] // 2, 0]
    assert np.sum(np.abs(middle[:-1] - middle[-1]) > 1e-5) == {1: 16, 2: 34, 3: 70}[stages]


def test_halves_of_a_unet_fit_each_other():
    for shape in ((8, 8, 1), (64, 64, 3), (90, 160, 3)):
        encoder, decoder = unet_encoder(shape, 6, width=1, skips=True), unet_decoder(3, shape, width=1, skips=True)
        assert decoder.output_shape == (None, *shape)
        assert [map_.shape for map_ in encoder.outputs[1:]] == [given.shape for given in decoder.inputs[1:]]
        assert unet_decoder(3, shape, width=1).output_shape == (None, *shape)
        assert unet_encoder(shape, 6, width=1).output_shape == (None, 6)


def test_unet_without_skips_reads_the_smallest_map_only():
    names = [type(layer).__name__ for layer in unet((16, 16, 3), width=2, skips=False).layers]
    assert "Concatenate" not in names
    assert names.count("Dropout") == 3
    assert "Dropout" not in [type(layer).__name__ for layer in unet((16, 16, 3), width=2, dropout=0.0).layers]


@pytest.mark.parametrize(("factor", "sides"), [(1, (16, 24)), (4, (4, 6)), (8, (2, 3))])
def test_spatial_code_is_smaller_by_the_factor(factor, sides):
    encoder, decoder = spatial_encoder((16, 24, 3), 4, factor, 2), spatial_decoder(2, (16, 24, 3), factor, 2)
    assert encoder.output_shape == (None, *sides, 4)
    assert decoder.input_shape == (None, *sides, 2)
    assert decoder.output_shape == (None, 16, 24, 3)


@pytest.mark.parametrize("factor", [0, 3])
def test_spatial_networks_with_a_factor_that_is_no_power_of_2_raise(factor):
    with pytest.raises(UserError, match="Expected factor to be a power of 2"):
        spatial_encoder((16, 16, 3), 4, factor)


@pytest.mark.parametrize("shape", [(90, 160, 3), (66, 67, 1), (9, 10, 3)], ids=str)
def test_generators_of_sides_that_cannot_be_halved_twice_return_the_shape_of_their_input(shape, rng):
    for name in GENERATORS:
        x = rng.random((1, *shape), "float32")
        assert NETWORKS[name](shape)(x).shape == (1, *shape[:2], 3 if name.startswith("unet") else shape[2])


@pytest.mark.parametrize("shape", [(512, 512, 3), (64, 64)], ids=str)
def test_residual_generator_of_unsupported_sides_raises_an_error_with_the_limits(shape):
    with pytest.raises(UserError, match=r"sides from 8 to 320\."):
        NETWORKS["residual_generator"](shape)


@pytest.mark.parametrize("shape", [(66, 66, 3), (512, 512, 3), (64, 64)], ids=str)
@pytest.mark.parametrize("name", ["spatial_encoder", "spatial_decoder"])
def test_networks_of_unsupported_sides_raise_an_error_with_the_limits(name, shape):
    with pytest.raises(UserError, match="sides from 8 to 320 that are multiples of 4"):
        NETWORKS[name](shape)


@pytest.mark.parametrize("name", NETWORKS)
def test_loaded_network_gives_the_same_outputs(name, rng):
    net = NETWORKS[name]((8, 8, 3))
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(keras.saving.serialize_keras_object(net))))
    again.set_weights(net.get_weights())
    given = [rng.random((2, *each.shape[1:])).astype("float32") for each in net.inputs]
    given = given[0] if len(given) == 1 else given
    for one, other in zip(keras.tree.flatten(net(given)), keras.tree.flatten(again(given)), strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(one), ops.convert_to_numpy(other))
        if name in GENERATORS:
            assert 0 < float(ops.min(one)) <= float(ops.max(one)) < 1
