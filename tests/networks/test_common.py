"""Parts that several networks share."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae import networks
from kvae.errors import UserError
from kvae.networks import common, conv_encoder, mlp


@pytest.mark.parametrize(
    "make", [lambda: mlp(4, 2, (3,)), lambda: conv_encoder((8, 8, 1), 4, width=1)], ids=["mlp", "conv"]
)
def test_output_dtype_under_mixed_precision_is_float32(make):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        net = make()
        x = np.zeros((2, *net.input_shape[1:]), "float32")
        assert keras.backend.standardize_dtype(net(x).dtype) == "float32"
    finally:
        keras.config.set_dtype_policy(before)


def test_label_input_of_no_units_leaves_the_network_one_input():
    x = keras.Input((3,))
    y = common.label_input(0)
    assert y is None
    assert common.concatenate_labels(x, y) is x
    assert common.labelled_model(x, y, keras.layers.Dense(2)(x), None).input_shape == (None, 3)


def test_label_input_of_two_units_is_concatenated_after_x():
    x, y = keras.Input((3,)), common.label_input(2)
    net = common.labelled_model(x, y, common.concatenate_labels(x, y), "joined")
    given = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")
    assert net.name == "joined"
    np.testing.assert_array_equal(ops.convert_to_numpy(net(list(given))), np.concatenate(given, axis=1))


def test_standardize_labels_gives_labels_mean_0_and_variance_1(rng):
    rates = [0.04, 0.5]
    y = rng.random((20_000, 2)) < rates
    code = np.concatenate([np.ones((20_000, 3)), y], axis=1).astype("float32")
    standardized = ops.convert_to_numpy(common.standardize_labels(ops.convert_to_tensor(code), rates))
    np.testing.assert_allclose(standardized[:, :3], 1, rtol=1e-6)
    np.testing.assert_allclose(standardized[:, 3:].mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(standardized[:, 3:].std(axis=0), 1, atol=0.05)


def test_standardize_labels_with_a_limit_clips_the_two_values_of_each_label():
    rates = np.array([0.04, 0.5, 0.93, 0.0, 1.0])
    code = ops.convert_to_tensor(np.array([[9.0, *(5 * [y])] for y in (0, 1)], "float32"))
    found = ops.convert_to_numpy(common.standardize_labels(code, list(rates), limit=3.0))
    deviation = np.sqrt(rates * (1 - rates)) + 1e-12  # labels that never vary are at 0, and their other value at ±3
    expected = np.clip((np.array([[0.0], [1.0]]) - rates) / deviation, -3, 3)
    np.testing.assert_allclose(found[:, 0], 9, rtol=1e-6)
    np.testing.assert_allclose(found[:, 1:], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("limit", [0, -3.0, float("nan")])
def test_standardize_labels_with_a_limit_that_is_not_positive_raises(limit):
    with pytest.raises(UserError, match=f"label_limit={limit}"):
        common.standardize_labels(ops.ones((2, 2)), [0.5], limit)


@pytest.mark.parametrize("normalization", ["batch", "group", "instance"])
def test_normalize_gives_mean_0_and_variance_1(normalization, rng):
    h = keras.Input((4, 4, 8))
    net = keras.Model(h, common.normalize(h, normalization))
    x = (3 + 2 * rng.standard_normal((16, 4, 4, 8))).astype("float32")
    y = ops.convert_to_numpy(net(x, training=True))
    axes = (0, 1, 2) if normalization == "batch" else (1, 2)  # one channel, or one channel of one image
    np.testing.assert_allclose(y.mean(axes), 0, atol=1e-3)
    np.testing.assert_allclose(y.var(axes), 1, atol=0.01)


def test_normalize_none_returns_its_argument():
    h = keras.Input((4,))
    assert common.normalize(h, "none") is h


def test_normalize_unknown_name_raises_an_error_with_the_known_names():
    with pytest.raises(UserError, match=r"one of batch, group, instance, none\. Received: normalization='layer'"):
        common.normalize(keras.Input((4,)), "layer")


def test_normalized_relu_without_normalization_is_relu():
    h = keras.Input((3,))
    net = keras.Model(h, common.normalized_relu(h, "none"))
    y = ops.convert_to_numpy(net(np.array([[-1.0, 0.0, 2.0]], "float32")))
    np.testing.assert_array_equal(y, [[0, 0, 2]])


@pytest.mark.parametrize("shape", [(8, 8, 1), (320, 9, 3)])
def test_check_sides_within_the_limits_raises_nothing(shape):
    common.check_sides(shape)


@pytest.mark.parametrize("shape", [(7, 8, 1), (8, 321, 1), (8, 8), (64,)])
def test_check_sides_outside_the_limits_raises(shape):
    with pytest.raises(UserError, match=r"sides from 8 to 320\. Received: shape=\("):
        common.check_sides(shape)


def test_check_sides_that_are_no_multiple_raises_an_error_with_the_multiple():
    common.check_sides((32, 48, 3), smallest=16, multiple=16)
    with pytest.raises(UserError, match="sides from 16 to 320 that are multiples of 16"):
        common.check_sides((32, 40, 3), smallest=16, multiple=16)


@pytest.mark.parametrize(
    ("shape", "multiple", "settings"),
    [
        ((66, 66, 3), 4, "data.size=64"),
        ((7, 7, 3), 48, "data.size=96"),
        ((64, 114, 3), 4, "data.size=64 data.aspect=7:4"),
        ((114, 64, 3), 4, "data.size=64 data.aspect=4:7"),
        ((256, 384, 3), 8, "data.size=256 data.aspect=5:4"),
    ],
)
def test_check_sides_names_settings_that_a_network_takes(shape, multiple, settings):
    with pytest.raises(UserError) as refusal:
        common.check_sides(shape, multiple=multiple)
    assert f"(in a recipe: {settings})" in str(refusal.value)


NETWORKS = {
    "mlp": lambda: mlp((8, 8, 3), 2, (4,)),
    "conv_encoder": lambda: conv_encoder((8, 8, 3), 4, width=2),
    "conv_encoder of maps": lambda: conv_encoder((8, 8, 3), 4, width=2, factor=2),
    "conv_decoder": lambda: networks.conv_decoder(2, (9, 8, 3), width=2, dropout=0.5, upsampling="bilinear"),
    "conv_decoder of maps": lambda: networks.conv_decoder(2, (9, 8, 3), width=2, factor=4),
    "conv_classifier": lambda: networks.conv_classifier((8, 10, 3), 2, width=2, smooth=True),
    "residual_encoder": lambda: networks.residual_encoder((8, 8, 3), 4, width=2),
    "residual_decoder": lambda: networks.residual_decoder(2, (9, 8, 3), width=2),
    "larsen_encoder": lambda: networks.larsen_encoder((16, 8, 3), 4, width=16),
    "larsen_decoder": lambda: networks.larsen_decoder(2, (16, 8, 3), width=16),
    "larsen_discriminator": lambda: networks.larsen_discriminator((16, 8, 3), width=16),
    "creswell_encoder": lambda: networks.creswell_encoder((16, 16, 3), 4, 4),
    "creswell_decoder": lambda: networks.creswell_decoder(2, (16, 16, 3), 4),
    "creswell_discriminator": lambda: networks.creswell_discriminator((16, 16, 3), 4),
}


@pytest.fixture
def channels_first():
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format(before)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_do_not_depend_on_the_image_data_format_of_keras(name, request):
    expected = NETWORKS[name]()
    request.getfixturevalue("channels_first")
    net = NETWORKS[name]()
    assert keras.config.image_data_format() == "channels_first"
    net.set_weights(expected.get_weights())
    x = np.random.default_rng(0).random((2, *expected.input_shape[1:])).astype("float32")
    outputs = [keras.tree.flatten(each(x, training=False)) for each in (net, expected)]
    for mine, other in zip(*outputs, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(mine), ops.convert_to_numpy(other), atol=1e-6)
    if name == "conv_classifier":
        assert net(x, training=True).shape == (2, 2)


def test_failed_network_restores_the_image_data_format_of_keras(channels_first):
    with pytest.raises(UserError):
        conv_encoder((1, 1, 3), 4)
    assert keras.config.image_data_format() == "channels_first"


def test_normalize_vectors_by_instance_norm_raises():
    with pytest.raises(UserError, match="Expected maps for instance norm"):
        common.normalize(keras.Input((4,)), "instance")
