"""Shapes of the nets at every size, and what they refuse."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.distributions import BinaryLabels
from kvae.errors import UserError
from kvae.models import CSVAE
from kvae.networks import (
    RandomSmoothing,
    conv_classifier,
    conv_encoder,
    creswell_decoder,
    creswell_discriminator,
    creswell_encoder,
    fixed_label_prior,
    larsen_decoder,
    larsen_discriminator,
    larsen_encoder,
    mlp,
    residual_decoder,
    residual_encoder,
    residual_posterior,
)


def test_mlp_keeps_shapes():
    net = mlp((8, 8, 1), (2, 3), (5,), "tanh")
    assert net(np.zeros((4, 8, 8, 1), "float32")).shape == (4, 2, 3)
    assert mlp(7, 2).count_params() == 7 * 2 + 2


def test_the_last_layer_of_an_mlp_has_an_activation_of_its_own():
    x = np.random.default_rng(0).standard_normal((4, 3)).astype("float32")
    linear, bounded = mlp(3, 2, (5,)), mlp(3, 2, (5,), output_activation="sigmoid")
    bounded.set_weights(linear.get_weights())
    np.testing.assert_allclose(*(ops.convert_to_numpy(y) for y in (bounded(x), ops.sigmoid(linear(x)))), atol=1e-6)


def test_a_standardized_mlp_does_not_know_the_scale_of_its_input():
    net, x = (
        mlp(3, 2, (5,), standardize_inputs=True),
        np.random.default_rng(0).standard_normal((64, 3)).astype("float32"),
    )
    answers = [ops.convert_to_numpy(net(scale * x + shift, training=True)) for scale, shift in ((30, 0), (90, -20))]
    np.testing.assert_allclose(*answers, atol=1e-4)  # beside variances of 900 and 8,100, batch norm's ε is nothing
    assert len(net.trainable_variables) == 4


def test_a_normalized_mlp_does_not_know_the_scale_of_its_first_weights():
    net, x = (
        mlp(3, 2, (5, 4), normalization="batch"),
        np.random.default_rng(0).standard_normal((64, 3)).astype("float32"),
    )
    first = net.layers[1].kernel
    first.assign(30 * first)  # beside whose variances batch norm's ε is nothing
    before = ops.convert_to_numpy(net(x, training=True))
    first.assign(3 * first)
    np.testing.assert_allclose(ops.convert_to_numpy(net(x, training=True)), before, atol=1e-4)
    assert len(net.trainable_variables) == 2 * 3 + 2


def test_gain_scales_an_mlp_s_last_weights():
    usual, small = (ops.convert_to_numpy(mlp(300, 200, gain=gain).layers[-1].kernel).std() for gain in (1.0, 0.1))
    np.testing.assert_allclose(small, 0.1 * usual, rtol=0.02)


@pytest.mark.parametrize(
    "make", [lambda: mlp(4, 2, (3,)), lambda: conv_encoder((8, 8, 1), 4, width=1)], ids=["mlp", "conv"]
)
def test_outputs_are_float32_under_mixed_precision(make):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        net = make()
        x = np.zeros((2, *net.input_shape[1:]), "float32")
        assert keras.backend.standardize_dtype(net(x).dtype) == "float32"
    finally:
        keras.config.set_dtype_policy(before)


FACES = (64, 64, 3)


@pytest.mark.parametrize(
    ("net", "maps", "units"),
    [
        (lambda width: larsen_encoder(FACES, 256, width), [64, 128, 256], [2048, 256]),
        (lambda width: larsen_decoder(128, FACES, width), [256, 128, 32, 3], [8 * 8 * 256]),
        (lambda width: larsen_discriminator(FACES, width), [32, 128, 256, 256], [512, 1]),
        (lambda width: creswell_encoder(FACES, 256, width), [64, 128, 256, 512], [256]),
        (lambda width: creswell_decoder(128, FACES, width), [256, 128, 64, 3], [4 * 4 * 512]),
        (lambda width: creswell_discriminator(FACES, width), [64, 128, 256, 512], [1]),
    ],
    ids=["Larsen's encoder", "decoder", "discriminator", "Creswell's encoder", "decoder ", "discriminator "],
)
def test_channels_are_those_of_the_paper_or_a_share_of_them(net, maps, units):
    kinds = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    found = net(64).layers
    assert [layer.filters for layer in found if isinstance(layer, kinds)] == maps
    assert {layer.kernel_size for layer in found if isinstance(layer, kinds)} == {(5, 5)}
    assert [layer.units for layer in found if isinstance(layer, keras.layers.Dense)] == units
    half = [layer.filters for layer in net(32).layers if isinstance(layer, kinds)]
    assert half == [count if count == 3 else count // 2 for count in maps]


def test_a_discriminator_s_features_come_before_batch_norm():
    features, logit = larsen_discriminator(FACES, width=16).output_shape
    assert (features, logit) == ((None, 8, 8, 64), (None, 1))
    net = larsen_discriminator((8, 8, 1), width=6)
    last = [layer for layer in net.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    assert last.output is net.outputs[0]


@pytest.mark.parametrize(
    ("make", "multiple"),
    [
        (lambda shape: larsen_encoder(shape, 4, 6), 8),
        (lambda shape: larsen_decoder(4, shape, 6), 8),
        (lambda shape: larsen_discriminator(shape, 6), 8),
        (lambda shape: creswell_encoder(shape, 4, 6), 16),
        (lambda shape: creswell_decoder(4, shape, 6), 16),
        (lambda shape: creswell_discriminator(shape, 6), 16),
    ],
)
@pytest.mark.parametrize("shape", [(28, 28, 1), (512, 512, 3), (64, 64), (0, 0, 1)], ids=str)
def test_sizes_that_do_not_fit_the_nets_of_a_paper(make, multiple, shape):
    with pytest.raises(UserError, match=f"to 256 that are multiples of {multiple}"):
        make(shape)


def test_a_classifier_changes_its_pictures_in_training_alone():
    keras.utils.set_random_seed(0)
    net = conv_classifier((16, 16, 1), 2, width=2, dropout=0.0)
    x = np.random.default_rng(0).random((4, 16, 16, 1)).astype("float32")

    def answers(training):
        return keras.ops.convert_to_numpy(net(x, training=training))

    np.testing.assert_array_equal(answers(False), answers(False))
    assert np.abs(answers(True) - answers(True)).max() > 1e-4
    plain = conv_classifier((16, 16, 1), 2, width=2, dropout=0.0, augment=False)
    np.testing.assert_allclose(*(keras.ops.convert_to_numpy(plain(x, training=True)) for _ in range(2)), atol=1e-5)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("shape", [(32, 32, 3), (28, 28, 1), (64, 64, 3), (96, 96, 3)])
def test_residual_nets_mirror_each_other(shape, depth):
    encoder = residual_encoder(shape, 6, width=2, depth=depth)
    decoder = residual_decoder(3, shape, width=2, depth=depth)
    assert encoder.output_shape == (None, 6)
    assert decoder.output_shape == (None, *shape)
    for net in (encoder, decoder):
        sums = [layer for layer in net.layers if isinstance(layer, keras.layers.Add)]
        assert len(sums) == depth * {28: 3, 32: 3, 64: 4, 96: 5}[shape[0]]


def test_a_block_skips_a_convolution_two_batch_norms_and_a_non_linearity():
    """With the second batch norm's scale at zero, as it begins, a block is the identity."""
    net = residual_encoder((16, 16, 1), 4, width=2)
    names = [type(layer).__name__ for layer in net.layers]
    start = names.index("StridedConv2D") + 1
    block = ["BatchNormalization", "ReLU", "Conv2D", "BatchNormalization", "Add"]
    assert names[start : start + 5] == block
    x = np.random.default_rng(0).random((3, 16, 16, 1)).astype("float32")
    first = keras.Model(net.input, [net.layers[start - 1].output, net.layers[start + 4].output])
    before, after = first(x)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(after), keras.ops.convert_to_numpy(before), atol=1e-6)
    net.layers[start + 3].gamma.assign(np.ones(2))
    before, after = first(x)
    assert np.abs(keras.ops.convert_to_numpy(after) - keras.ops.convert_to_numpy(before)).max() > 0.1


@pytest.mark.parametrize("n", [1, 5])
def test_batch_norm_takes_a_single_picture_and_a_short_batch(n):
    net = residual_encoder((8, 8, 1), 4, width=2)
    x = np.random.default_rng(0).random((8, 8, 8, 1)).astype("float32")
    for training in (True, False):
        assert np.isfinite(keras.ops.convert_to_numpy(net(x[:n], training=training))).all()
    whole = keras.ops.convert_to_numpy(net(x, training=False))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(net(x[:n], training=False)), whole[:n], atol=1e-5)


def test_half_of_the_pictures_are_smoothed_in_training_alone():
    layer = RandomSmoothing(5, seed=0)
    x = np.random.default_rng(0).random((200, 8, 8, 1)).astype("float32")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(x)), x)
    smoothed = keras.ops.convert_to_numpy(layer(x, training=True))
    changed = np.abs(smoothed - x).max(axis=(1, 2, 3)) > 1e-6
    assert 70 < changed.sum() < 130
    assert (smoothed[changed].std(axis=(1, 2, 3)) < x[changed].std(axis=(1, 2, 3))).all()
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(np.ones_like(x), training=True)), 1, atol=1e-5)


def test_a_fixed_prior_of_labels_separates_them_and_learns_nothing():
    prior = fixed_label_prior(2, units_per_label=2)
    answers = ops.convert_to_numpy(prior(np.array([[0.0, 1.0], [1.0, 1.0]])))
    mean, log_scale = np.split(answers, 2, axis=-1)
    np.testing.assert_allclose(mean, [[0, 0, 3, 3], [3, 3, 3, 3]])
    np.testing.assert_allclose(np.exp(log_scale), [[0.1, 0.1, 1, 1], [1, 1, 1, 1]], rtol=1e-6)
    assert prior.trainable_variables == []


@pytest.mark.parametrize("decoder", [larsen_decoder, creswell_decoder])
def test_labels_of_given_rates_are_standardised(decoder):
    rates = [0.04, 0.5]
    net = decoder(3 + 2, (16, 16, 3), width=3, label_rates=rates)
    first = next(layer for layer in net.layers if layer.__class__.__name__ == "Normalization")
    y = np.random.default_rng(0).random((20_000, 2)) < rates
    code = np.concatenate([np.ones((20_000, 3)), y], axis=1).astype("float32")
    seen = ops.convert_to_numpy(first(code))
    np.testing.assert_allclose(seen[:, :3], 1, rtol=1e-6)
    np.testing.assert_allclose(seen[:, 3:].mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(seen[:, 3:].std(axis=0), 1, atol=0.05)


def test_nets_of_ifcvae_gan_are_the_authors_unless_normalised():
    def kinds(**options):
        encoder = creswell_encoder((32, 32, 3), 4, 3, **options)
        decoder = creswell_decoder(4, (32, 32, 3), 3, **options)
        return {type(layer).__name__ for net in (encoder, decoder) for layer in net.layers}

    assert "BatchNormalization" not in kinds()
    assert "BatchNormalization" in kinds(normalization="batch")


def test_a_residual_posterior_begins_at_the_prior():
    prior, net = fixed_label_prior(2), mlp((3,), 4, label_units=2)
    net.set_weights([np.zeros_like(weight) for weight in net.get_weights()])
    posterior = residual_posterior(net, prior)
    x, y = np.random.default_rng(0).random((5, 3), "float32"), np.eye(2, dtype="float32")[[0, 1, 1, 0, 1]]
    np.testing.assert_allclose(*(ops.convert_to_numpy(a) for a in (posterior([x, y]), prior(y))))
    assert len(posterior.trainable_variables) == len(net.trainable_variables)


def test_a_residual_posterior_is_saved_beside_its_prior(tmp_path):
    prior = fixed_label_prior(1)
    x, y = np.random.default_rng(0).random((4, 6), "float32"), np.eye(2, dtype="float32")[[0, 1, 1, 0], :1]
    model = CSVAE(
        encoder=mlp((6,), 4),
        label_encoder=residual_posterior(mlp((6,), 2, label_units=1), prior),
        label_prior=prior,
        decoder=mlp(3, (6,)),
        adversary=None,
        labels=BinaryLabels(1),
    )
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.encode(x, y), model.encode(x, y))


def test_a_residual_posterior_keeps_no_prior_that_learns():
    with pytest.raises(UserError, match=r"a fixed prior\. Received: p with trainable weights"):
        residual_posterior(mlp((3,), 4, label_units=2), mlp(2, 4, name="p"))
