"""The networks of VAE/GAN (Larsen et al. 2016)."""

import keras
import pytest

from kvae.errors import UserError
from kvae.networks import larsen_decoder, larsen_discriminator, larsen_encoder

FACES = (64, 64, 3)
CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)

NETWORKS = {
    "encoder": lambda shape, width: larsen_encoder(shape, 256, width),
    "decoder": lambda shape, width: larsen_decoder(128, shape, width),
    "discriminator": lambda shape, width: larsen_discriminator(shape, width),
}


def filters(net):
    return [layer.filters for layer in net.layers if isinstance(layer, CONVOLUTIONS)]


@pytest.mark.parametrize(
    ("name", "maps", "units"),
    [
        ("encoder", [64, 128, 256], [2048, 256]),
        ("decoder", [256, 128, 32, 3], [8 * 8 * 256]),
        ("discriminator", [32, 128, 256, 256], [512, 1]),
    ],
)
def test_larsen_channels_at_width_64_are_those_of_the_paper(name, maps, units):
    net = NETWORKS[name](FACES, 64)
    assert filters(net) == maps
    assert {layer.kernel_size for layer in net.layers if isinstance(layer, CONVOLUTIONS)} == {(5, 5)}
    assert [layer.units for layer in net.layers if isinstance(layer, keras.layers.Dense)] == units


@pytest.mark.parametrize(
    ("width", "encoder", "discriminator"),
    [
        (32, [32, 64, 128], [16, 64, 128, 128]),
        (16, [16, 32, 64], [8, 32, 64, 64]),
        (2, [2, 4, 8], [1, 4, 8, 8]),
    ],
)
def test_larsen_width_scales_all_channels(width, encoder, discriminator):
    assert filters(NETWORKS["encoder"](FACES, width)) == encoder
    assert filters(NETWORKS["decoder"](FACES, width)) == [4 * width, 2 * width, width // 2, 3]
    assert filters(NETWORKS["discriminator"](FACES, width)) == discriminator


def test_larsen_discriminator_features_come_before_batch_norm():
    net = larsen_discriminator((8, 8, 1), width=6)
    last = [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    assert last.output is net.outputs[0]


def test_larsen_discriminator_returns_features_and_a_logit():
    features, logit = larsen_discriminator(FACES, width=16).output_shape
    assert (features, logit) == ((None, 8, 8, 64), (None, 1))


def test_larsen_encoder_label_units_are_read_by_the_dense_layer():
    net = larsen_encoder((16, 16, 3), 4, width=2, label_units=3)
    assert net.input_shape == [(None, 16, 16, 3), (None, 3)]
    dense = next(layer for layer in net.layers if isinstance(layer, keras.layers.Dense))
    assert dense.kernel.shape[0] == 2 * 2 * 8 + 3


def test_larsen_decoder_label_rates_standardize_the_labels():
    net = larsen_decoder(3 + 2, (16, 16, 3), width=3, label_rates=[0.04, 0.5])
    assert isinstance(net.layers[1], keras.layers.Normalization)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (512, 512, 3), (64, 64), (0, 0, 1)], ids=str)
def test_larsen_networks_of_unsupported_sides_raise_an_error_with_the_limits(name, shape):
    with pytest.raises(UserError, match="sides from 8 to 320 that are multiples of 8"):
        NETWORKS[name](shape, 6)


@pytest.mark.parametrize("upsampling", ["nearest", "bilinear"])
def test_larsen_decoder_without_transposed_convolutions_keeps_channels_and_shapes(upsampling):
    net = larsen_decoder(5, FACES, 16, upsampling=upsampling)
    assert not [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    assert filters(net) == filters(larsen_decoder(5, FACES, 16))
    assert net.output_shape == (None, *FACES)
