"""The networks of IFCVAE-GAN (Creswell et al. 2017)."""

import keras
import pytest

from kvae.errors import UserError
from kvae.networks import creswell_decoder, creswell_discriminator, creswell_encoder

FACES = (64, 64, 3)
CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)

NETWORKS = {
    "encoder": lambda shape, width: creswell_encoder(shape, 256, width),
    "decoder": lambda shape, width: creswell_decoder(128, shape, width),
    "discriminator": lambda shape, width: creswell_discriminator(shape, width),
}


def filters(net):
    return [layer.filters for layer in net.layers if isinstance(layer, CONVOLUTIONS)]


@pytest.mark.parametrize(
    ("name", "maps", "units"),
    [
        ("encoder", [64, 128, 256, 512], [256]),
        ("decoder", [256, 128, 64, 3], [4 * 4 * 512]),
        ("discriminator", [64, 128, 256, 512], [1]),
    ],
)
def test_creswell_channels_at_width_64_are_those_of_the_authors(name, maps, units):
    net = NETWORKS[name](FACES, 64)
    assert filters(net) == maps
    assert {layer.kernel_size for layer in net.layers if isinstance(layer, CONVOLUTIONS)} == {(5, 5)}
    assert [layer.units for layer in net.layers if isinstance(layer, keras.layers.Dense)] == units


@pytest.mark.parametrize("width", [32, 16, 2])
def test_creswell_width_scales_all_channels(width):
    down = [width, 2 * width, 4 * width, 8 * width]
    assert filters(NETWORKS["encoder"](FACES, width)) == down
    assert filters(NETWORKS["decoder"](FACES, width)) == [*down[2::-1], 3]
    assert filters(NETWORKS["discriminator"](FACES, width)) == down


def test_creswell_encoder_returns_outputs_and_their_features():
    outputs, features = creswell_encoder((32, 16, 3), 4, 2).output_shape
    assert (outputs, features) == ((None, 4), (None, 2 * 1 * 16))


@pytest.mark.parametrize("normalization", ["none", "batch", "group"])
def test_creswell_normalization_is_none_unless_it_is_chosen(normalization):
    options = {} if normalization == "none" else {"normalization": normalization}
    encoder = creswell_encoder((32, 32, 3), 4, 3, **options)
    decoder = creswell_decoder(4, (32, 32, 3), 3, **options)
    layer = {"batch": "BatchNormalization", "group": "GroupNormalization"}.get(normalization)
    for net in (encoder, decoder):
        found = {type(each).__name__ for each in net.layers if "Normalization" in type(each).__name__}
        assert found == ({layer} if layer else set())


def test_creswell_decoder_label_rates_standardize_the_labels():
    net = creswell_decoder(3 + 2, (16, 16, 3), width=3, label_rates=[0.04, 0.5])
    assert isinstance(net.layers[1], keras.layers.Normalization)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (512, 512, 3), (64, 64), (0, 0, 1)], ids=str)
def test_creswell_networks_of_unsupported_sides_raise_an_error_with_the_limits(name, shape):
    with pytest.raises(UserError, match="sides from 16 to 320 that are multiples of 16"):
        NETWORKS[name](shape, 6)
