"""The convolutional networks with residual blocks."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.networks import residual_decoder, residual_encoder


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("shape", [(32, 32, 3), (28, 28, 1), (64, 64, 3), (96, 96, 3)])
def test_residual_decoder_of_any_size_mirrors_the_encoder(shape, depth):
    encoder = residual_encoder(shape, 6, width=2, depth=depth)
    decoder = residual_decoder(3, shape, width=2, depth=depth)
    assert encoder.output_shape == (None, 6)
    assert decoder.output_shape == (None, *shape)
    for net in (encoder, decoder):
        sums = [layer for layer in net.layers if isinstance(layer, keras.layers.Add)]
        assert len(sums) == depth * {28: 3, 32: 3, 64: 4, 96: 5}[shape[0]]


def test_residual_block_starts_as_the_identity(rng):
    net = residual_encoder((16, 16, 1), 4, width=2)
    names = [type(layer).__name__ for layer in net.layers]
    start = names.index("StridedConv2D") + 1
    block = ["BatchNormalization", "ReLU", "Conv2D", "BatchNormalization", "Add"]
    assert names[start : start + 5] == block
    x = rng.random((3, 16, 16, 1)).astype("float32")
    first = keras.Model(net.input, [net.layers[start - 1].output, net.layers[start + 4].output])
    before, after = (ops.convert_to_numpy(h) for h in first(x))
    np.testing.assert_allclose(after, before, atol=1e-6)
    net.layers[start + 3].gamma.assign(np.ones(2))
    before, after = (ops.convert_to_numpy(h) for h in first(x))
    assert np.abs(after - before).max() > 0.1


@pytest.mark.parametrize("n", [1, 5])
def test_residual_encoder_of_short_batches_is_finite_and_independent_of_the_batch(n, rng):
    net = residual_encoder((8, 8, 1), 4, width=2)
    x = rng.random((8, 8, 8, 1)).astype("float32")
    for training in (True, False):
        assert np.isfinite(ops.convert_to_numpy(net(x[:n], training=training))).all()
    whole = ops.convert_to_numpy(net(x, training=False))
    np.testing.assert_allclose(ops.convert_to_numpy(net(x[:n], training=False)), whole[:n], atol=1e-5)
